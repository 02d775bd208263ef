package io.fluxo.experiments.page;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fluxo.experiments.file.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A page in a browser without a window, driven by the DevTools protocol over the JDK's own WebSocket. */
public final class Chromium implements AutoCloseable {

    private static final int PATIENCE_SECONDS = 90;

    /** JavaScript: how many pixels of the chart in a selector are drawn. */
    public static final String INK = """
            (id => { const chart = document.querySelector(id + ' canvas'); if (!chart) return 0;
              const copy = document.createElement('canvas'); copy.width = chart.width; copy.height = chart.height;
              const context = copy.getContext('2d', {willReadFrequently: true}); context.drawImage(chart, 0, 0);
              const pixels = context.getImageData(0, 0, copy.width, copy.height).data; let drawn = 0;
              for (let i = 3; i < pixels.length; i += 4) if (pixels[i] > 0) drawn++; return drawn; })""";

    /** What reaches beyond the page's right edge, other than what scrolls by itself. */
    private static final String CUT_OFF = """
            [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll, pre, .visually-hidden'))
              .map(e => e.tagName + '#' + e.id + '.' + e.className).join(', ')""";

    private final Process process;
    private final Path profile;
    private final WebSocket socket;
    private final BlockingQueue<JsonNode> answers = new LinkedBlockingQueue<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private int calls;

    /** Starts the browser; the test is skipped where none is installed. */
    public static Chromium open(int width, int height) throws IOException {
        Optional<Path> program = Stream.of("chromium", "chromium-browser", "google-chrome", "chrome").flatMap(name ->
                Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator)).map(folder -> Path.of(folder, name))).filter(Files::isExecutable).findFirst();
        assumeTrue(program.isPresent(), "no chromium on PATH: install the package chromium to check reports in a browser");
        return new Chromium(program.get(), width, height);
    }

    private Chromium(Path program, int width, int height) throws IOException {
        profile = Files.createTempDirectory("fluxo-chromium");
        process = new ProcessBuilder(program.toString(), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                "--disable-extensions", "--hide-scrollbars", "--remote-debugging-port=0", "--user-data-dir=" + profile,
                "--window-size=%d,%d".formatted(width, height), "about:blank")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try {
            int port = port();
            JsonNode page = page(port);
            socket = HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(URI.create(page.path("webSocketDebuggerUrl").asString()), new Listener()).join();
            call("Runtime.enable", Map.of());
            call("Log.enable", Map.of());
            call("Page.enable", Map.of());
            call("Emulation.setDeviceMetricsOverride", Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        } catch (IOException | RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private int port() throws IOException {
        Path file = profile.resolve("DevToolsActivePort");
        for (int waited = 0; waited < PATIENCE_SECONDS * 20; waited++) {
            if (Files.exists(file) && Files.readString(file).contains("\n")) {
                return Integer.parseInt(Files.readString(file).lines().findFirst().orElseThrow());
            }
            pause(50);
        }
        throw new IOException("chromium did not say its port");
    }

    private static JsonNode page(int port) throws IOException {
        for (int attempt = 0; attempt < 100; attempt++) {
            try (var in = URI.create("http://127.0.0.1:%d/json/list".formatted(port)).toURL().openStream()) {
                for (JsonNode target : Json.parse(new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))) {
                    if (target.path("type").asString("").equals("page")) {
                        return target;
                    }
                }
            }
            pause(50);
        }
        throw new IOException("chromium shows no page");
    }

    /** Gathers messages, which may come in parts. */
    private final class Listener implements WebSocket.Listener {

        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket webSocket, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                JsonNode message = Json.parse(text.toString());
                text.setLength(0);
                String method = message.path("method").asString("");
                if (message.has("id")) {
                    answers.add(message);
                } else if (method.equals("Runtime.exceptionThrown")) {
                    complaints.add(message.path("params").path("exceptionDetails").toString());
                } else if (method.equals("Runtime.consoleAPICalled") && List.of("error", "warning", "assert").contains(message.path("params").path("type").asString(""))) {
                    complaints.add(message.path("params").path("args").toString());
                } else if (method.equals("Log.entryAdded") && List.of("error", "warning").contains(message.path("params").path("entry").path("level").asString(""))) {
                    complaints.add(message.path("params").path("entry").path("text").asString(""));
                }
            }
            webSocket.request(1);
            return null;
        }
    }

    private JsonNode call(String method, Map<String, Object> parameters) {
        int id = ++calls;
        ObjectNode message = Json.object().put("id", id).put("method", method);
        message.set("params", Json.of(parameters));
        socket.sendText(Json.line(message), true).join();
        try {
            while (true) {
                JsonNode answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                if (answer == null) {
                    throw new IllegalStateException("chromium does not answer " + method);
                }
                if (answer.path("id").asInt(0) == id) {
                    if (answer.has("error")) {
                        throw new IllegalStateException(method + ": " + answer.path("error"));
                    }
                    return answer.path("result");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Shows a file and waits until {@code ready}, a JavaScript expression, is true. */
    public void show(Path file, String ready) {
        call("Page.navigate", Map.of("url", file.toUri().toString()));
        await(ready);
    }

    public void await(String condition) {
        for (int waited = 0; waited < PATIENCE_SECONDS * 10; waited++) {
            if (evaluate(condition).asBoolean(false)) {
                return;
            }
            pause(100);
        }
        throw new IllegalStateException("never came true: " + condition + "; the page says " + complaints);
    }

    /** The value of a JavaScript expression. */
    public JsonNode evaluate(String expression) {
        JsonNode result = call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
        if (result.has("exceptionDetails")) {
            throw new IllegalStateException(expression + ": " + result.path("exceptionDetails"));
        }
        return result.path("result").path("value");
    }

    /** Presses a key as a person does: {@code Tab}, {@code Enter}. */
    public void press(String key, int code) {
        for (String type : List.of("keyDown", "keyUp")) {
            call("Input.dispatchKeyEvent", key.equals("Enter") && type.equals("keyDown")
                    ? Map.of("type", type, "key", key, "code", key, "windowsVirtualKeyCode", code, "text", "\r")
                    : Map.of("type", type, "key", key, "code", key, "windowsVirtualKeyCode", code));
        }
    }

    public void moveMouse(double x, double y) {
        call("Input.dispatchMouseEvent", Map.of("type", "mouseMoved", "x", x, "y", y));
    }

    public void resize(int width, int height) {
        call("Emulation.setDeviceMetricsOverride", Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    }

    /** What a page saves goes to {@code folder}. */
    public void downloadsTo(Path folder) {
        call("Page.setDownloadBehavior", Map.of("behavior", "allow", "downloadPath", folder.toString()));
    }

    /** What the page is told about the system: {@code prefers-color-scheme}, {@code print}. */
    public void media(String media, String scheme) {
        call("Emulation.setEmulatedMedia", Map.of("media", media, "features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    public byte[] pdf() {
        return Base64.getDecoder().decode(call("Page.printToPDF", Map.of("printBackground", true)).path("data").asString());
    }

    public byte[] screenshot() {
        return Base64.getDecoder().decode(call("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true)).path("data").asString());
    }

    /** How many pixels of the chart in {@code selector} are drawn. */
    public long ink(String selector) {
        return evaluate(INK + "('" + selector + "')").asLong();
    }

    /** What reaches beyond the page's right edge, other than what scrolls by itself; empty where nothing does. */
    public String cutOff() {
        return evaluate(CUT_OFF).asString();
    }

    /** Errors and warnings of the console so far. */
    public List<String> complaints() {
        return new ArrayList<>(complaints);
    }

    private static void pause(int milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
            try (Stream<Path> files = Files.walk(profile)) {
                files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
            }
        } catch (IOException | UncheckedIOException e) {
            // a browser that is still ending may write there; the system clears its temporary files
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
