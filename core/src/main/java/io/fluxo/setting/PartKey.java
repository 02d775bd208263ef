package io.fluxo.setting;

/** A key that names a registered part: {@code positions: rope}. */
public final class PartKey extends Key<Choice> implements NamesPart {

    private final PartKind<?> kind;

    private PartKey(PartKind<?> kind, String name, Choice standard, String meaning) {
        super(name, new Type.Part(kind), standard, meaning);
        this.kind = kind;
    }

    /** Declares a key that is called like the kind of part it names. */
    public static PartKey of(PartKind<?> kind, String standard, String meaning) {
        return new PartKey(kind, kind.name(), Choice.of(standard), meaning);
    }

    /** Declares a key of another name than the kind of part: {@code kind: recall} in a task. */
    public static PartKey of(PartKind<?> kind, String name, String standard, String meaning) {
        return new PartKey(kind, name, Choice.of(standard), meaning);
    }

    @Override
    public PartKind<?> kind() {
        return kind;
    }
}
