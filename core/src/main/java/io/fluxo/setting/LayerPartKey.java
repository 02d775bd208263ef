package io.fluxo.setting;

/** A key that names a registered part, perhaps another in each layer: {@code placement: {default: pre, "0-2": post}}. */
public final class LayerPartKey extends LayerKey<Choice> implements NamesPart {

    private final PartKind<?> kind;

    private LayerPartKey(PartKind<?> kind, Choice standard, String meaning) {
        super(kind.name(), new Type.Part(kind), standard, meaning);
        this.kind = kind;
    }

    /** Declares a key that is called like the kind of part it names. */
    public static LayerPartKey of(PartKind<?> kind, String standard, String meaning) {
        return new LayerPartKey(kind, Choice.of(standard), meaning);
    }

    @Override
    public PartKind<?> kind() {
        return kind;
    }
}
