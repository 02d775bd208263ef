package io.fluxo.experiments.compare.onnx;

import com.google.common.primitives.ImmutableDoubleArray;
import com.google.common.primitives.ImmutableLongArray;

/** What an operator is told beside its inputs. */
sealed interface Attribute {

    /** What a message calls its kind. */
    String kind();

    record Real(double value) implements Attribute {
        @Override
        public String kind() {
            return "a float";
        }
    }

    record Whole(long value) implements Attribute {
        @Override
        public String kind() {
            return "an int";
        }
    }

    record Word(String value) implements Attribute {
        @Override
        public String kind() {
            return "a string";
        }
    }

    record Reals(ImmutableDoubleArray values) implements Attribute {
        @Override
        public String kind() {
            return "floats";
        }
    }

    record Wholes(ImmutableLongArray values) implements Attribute {
        @Override
        public String kind() {
            return "ints";
        }
    }

    record Values(OnnxTensor tensor) implements Attribute {
        @Override
        public String kind() {
            return "a tensor";
        }
    }

    /** A graph, a type, a sparse tensor, or a list of such: nothing that is evaluated here. */
    record Other(String kind) implements Attribute {}
}
