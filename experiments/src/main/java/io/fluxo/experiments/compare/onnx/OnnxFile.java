package io.fluxo.experiments.compare.onnx;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.file.RegularFile;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Files of a test, read whole within bounds. */
final class OnnxFile {

    private OnnxFile() {}

    static Model model(Path file) {
        return Fields.read(bytes(file), file.toString(), ModelReader::read);
    }

    static OnnxTensor tensor(Path file) {
        return Fields.read(bytes(file), file.toString(), TensorReader::read);
    }

    private static byte[] bytes(Path file) {
        RegularFile.require(file);
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(Bounds.FILE + 1);
            if (bytes.length > Bounds.FILE) {
                throw new BadInput(Text.format("%s: larger than %,d bytes, the most that is read of a file of a test", file, Bounds.FILE));
            }
            return bytes;
        } catch (NoSuchFileException missing) {
            throw new BadInput(file + ": no such file; a test has model.onnx, and for each input and output test_data_set_N/input_I.pb or output_I.pb", missing);
        } catch (IOException failure) {
            throw new BadInput(file + (Files.isDirectory(file) ? ": is a directory, not a file of a test" : ": cannot be read: " + failure.getMessage()), failure);
        }
    }
}
