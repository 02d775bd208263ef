package io.fluxo.setting;

/** A key whose value names a registered part. */
public sealed interface NamesPart permits PartKey, LayerPartKey {

    /** What kind of part it names. */
    PartKind<?> kind();
}
