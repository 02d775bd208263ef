package io.fluxo.block;

import io.fluxo.layer.Layer;
import io.fluxo.setting.Key;
import io.fluxo.setting.OwnSettings;
import java.util.List;
import java.util.function.Function;

/** A placement that is another one but for what it overrides: its blocks or its stacks are watched, silenced, faulty. */
public interface DelegatingPlacement extends Placement {

    /** The placement that it is otherwise. */
    Placement original();

    /** The same change of another placement. */
    Placement of(Placement other);

    @Override
    default List<Key<?>> keys() {
        return original().keys();
    }

    @Override
    default Placement with(OwnSettings own) {
        return of(original().with(own));
    }

    @Override
    default Block block(Parts parts) {
        return original().block(parts);
    }

    @Override
    default boolean finalNorm() {
        return original().finalNorm();
    }

    @Override
    default boolean embedNorm() {
        return original().embedNorm();
    }

    @Override
    default Traits traits() {
        return original().traits();
    }

    @Override
    default SubLayers subLayers(SubLayers.Site site) {
        return original().subLayers(site);
    }

    @Override
    default Stack stack(List<Block> blocks, Function<String, Layer> norm) {
        return original().stack(blocks, norm);
    }
}
