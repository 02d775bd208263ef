package io.fluxo.setting;

/**
 * A key whose value may differ from layer to layer.
 *
 * @param <T> what its value is in one layer
 */
public class LayerKey<T> extends Key<PerLayer<T>> {

    LayerKey(String name, Type<T> type, T standard, String meaning) {
        super(name, new Type.ByLayer<>(type), PerLayer.of(standard), meaning);
    }
}
