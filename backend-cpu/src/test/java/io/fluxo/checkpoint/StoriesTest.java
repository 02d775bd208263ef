package io.fluxo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.architecture.Architectures;
import io.fluxo.backend.Backend;
import io.fluxo.golden.Setup;
import io.fluxo.golden.SharedData;
import io.fluxo.layer.Pass;
import io.fluxo.model.LanguageModel;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.TensorScope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/** stories260K, a trained llama of llama2.c: the 200 ids that follow the beginning. */
class StoriesTest {

    private static final int BOS = 1;

    @TempDir
    private Path directory;

    static Iterable<Setup> setups() {
        return Setup.ALL;
    }

    /** If after each beginning of the known text the likeliest id is the text's next, then choosing the likeliest one by one gives the text. */
    @ParameterizedTest
    @MethodSource("setups")
    void theLikeliestIdsAreThoseOfTheReference(Setup setup) throws IOException {
        Path data = SharedData.folder("stories260K");
        convert(data.resolve("stories260K.bin"), directory);
        int[] text = JsonMapper.shared().readTree(Files.readString(data.resolve("expected.json"))).get("greedy_ids_200").valueStream().mapToInt(id -> id.intValue()).toArray();
        assertThat(text).hasSize(200);
        int[] ids = new int[text.length];
        ids[0] = BOS;
        System.arraycopy(text, 0, ids, 1, text.length - 1);
        try (Backend backend = setup.open(); TensorScope _ = backend.openScope()) {
            LanguageModel model = ModelDirectory.read(directory, Architectures.CATALOG, backend, setup.dtype());
            Pass pass = Pass.evaluation(backend);
            double[] likeliest = backend.download(pass.argMax(model.forward(pass, backend.upload(HostArray.of(Shape.of(1, ids.length), ids))), 2)).toDoubles();
            assertThat(Arrays.stream(likeliest).mapToInt(id -> (int) id).toArray()).isEqualTo(text);
        }
    }

    /** llama2.c's format, see SOURCE.txt: it turns neighbouring features together, and Hugging Face's llama the two halves. */
    private static void convert(Path bin, Path directory) throws IOException {
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(bin)).order(ByteOrder.LITTLE_ENDIAN);
        int[] header = new int[7];
        file.asIntBuffer().get(header);
        file.position(7 * Integer.BYTES);
        int d = header[0];
        int hidden = header[1];
        int layers = header[2];
        int heads = header[3];
        int shared = header[4];
        int width = d / heads;
        Map<String, HostArray> tensors = new TreeMap<>();
        tensors.put("model.embed_tokens.weight", floats(file, header[5], d));
        each(layers, "input_layernorm", _ -> floats(file, d), tensors);
        each(layers, "self_attn.q_proj", _ -> halves(floats(file, d, d), heads), tensors);
        each(layers, "self_attn.k_proj", _ -> halves(floats(file, shared * width, d), shared), tensors);
        each(layers, "self_attn.v_proj", _ -> floats(file, shared * width, d), tensors);
        each(layers, "self_attn.o_proj", _ -> floats(file, d, d), tensors);
        each(layers, "post_attention_layernorm", _ -> floats(file, d), tensors);
        each(layers, "mlp.gate_proj", _ -> floats(file, hidden, d), tensors);
        each(layers, "mlp.down_proj", _ -> floats(file, d, hidden), tensors);
        each(layers, "mlp.up_proj", _ -> floats(file, hidden, d), tensors);
        tensors.put("model.norm.weight", floats(file, d));
        Converted.write(directory, """
                {"model_type": "llama", "vocab_size": %d, "hidden_size": %d, "intermediate_size": %d, "num_hidden_layers": %d, "num_attention_heads": %d,
                 "num_key_value_heads": %d, "max_position_embeddings": %d, "hidden_act": "silu", "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
                 "rope_scaling": null, "tie_word_embeddings": true}""".formatted(header[5], d, hidden, layers, heads, shared, header[6]), tensors);
    }

    private static void each(int layers, String name, IntFunction<HostArray> values, Map<String, HostArray> tensors) {
        for (int layer = 0; layer < layers; layer++) {
            tensors.put("model.layers." + layer + "." + name + ".weight", values.apply(layer));
        }
    }

    private static HostArray floats(ByteBuffer file, int... sizes) {
        Shape shape = Shape.of(sizes);
        float[] values = new float[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = file.getFloat();
        }
        return HostArray.of(shape, values);
    }

    /** Rows 0, 2, 4 … of each head, then 1, 3, 5 …. */
    private static HostArray halves(HostArray matrix, int heads) {
        int rows = matrix.shape().size(0);
        int columns = matrix.shape().size(1);
        int width = rows / heads;
        float[] from = matrix.toFloats();
        float[] to = new float[from.length];
        for (int row = 0; row < rows; row++) {
            int within = row % width;
            int target = row - within + within / 2 + within % 2 * (width / 2);
            System.arraycopy(from, row * columns, to, target * columns, columns);
        }
        return HostArray.of(matrix.shape(), to);
    }
}
