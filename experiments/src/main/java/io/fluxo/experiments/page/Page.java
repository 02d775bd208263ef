package io.fluxo.experiments.page;

import com.samskivert.mustache.Mustache;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.study.run.Environment;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** An HTML page with everything in it, charts and their script included: it opens offline and loads nothing. Made from a Mustache template. */
public final class Page {

    private static final String FOLDER = "/io/fluxo/experiments/";
    private static final String ECHARTS = "/META-INF/resources/_static/echarts/%s/dist/echarts.min.js";

    /** What every page with charts has, before its own scripts. */
    private static final List<String> SCRIPTS = List.of("page/charts.js", "page/save.js", "page/theme.js");

    private final String template;
    private final Map<String, Object> values = new LinkedHashMap<>();

    /**
     * @param template {@code report/report.mustache}, in Fluxo's resources; it finds {@code css} and {@code version} filled in
     * @param styles   further style sheets than the one of all pages
     */
    public Page(String template, String... styles) {
        this.template = template;
        List<String> sheets = new ArrayList<>(List.of("page/page.css"));
        sheets.addAll(List.of(styles));
        put("css", sheets.stream().map(Page::resource).collect(Collectors.joining()));
        put("version", Environment.version("fluxo"));
    }

    public Page put(String name, Object value) {
        values.put(name, value);
        return this;
    }

    /**
     * Charts: the template finds {@code echarts}, {@code js} and {@code data}.
     *
     * @param data    the scripts find it as {@code data}
     * @param scripts the page's own, in the order they need each other
     */
    public Page draw(JsonNode data, String... scripts) {
        put("echarts", scriptSafe(text(Text.format(ECHARTS, Environment.version("echarts")))));
        put("js", Stream.concat(SCRIPTS.stream(), Stream.of(scripts)).map(Page::resource).collect(Collectors.joining("\n")));
        return put("data", jsonInHtml(data));
    }

    public String html() {
        return Mustache.compiler().defaultValue("").emptyStringIsFalse(true).compile(resource(template)).execute(values);
    }

    /** In JSON a {@code <} occurs in strings only, where its escape means the same: no text in the data can end the script element. */
    static String jsonInHtml(JsonNode data) {
        return Json.line(data).replace("<", "\\u003c");
    }

    private static String scriptSafe(String script) {
        return script.replace("</script", "<\\/script");
    }

    private static String resource(String name) {
        return text(FOLDER + name);
    }

    private static String text(String name) {
        try (InputStream in = Page.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the class path lacks " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + name, e);
        }
    }
}
