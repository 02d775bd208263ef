package io.fluxo.inspect;

import io.fluxo.backend.Backend;
import io.fluxo.block.Block;
import io.fluxo.block.Branch;
import io.fluxo.block.Factor;
import io.fluxo.block.StreamContract;
import io.fluxo.block.StreamSum;
import io.fluxo.bound.Rounding;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.layer.attention.Attention;
import io.fluxo.model.Transformer;
import io.fluxo.shape.Shape;
import io.fluxo.stream.Cache;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One run of a model on a few tokens, held against what its blocks declare. It ends at the first equation that does not hold. */
final class StreamRun {

    /** What does not hold, as a sentence. */
    static final class Broken extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private Broken(String message) {
            super(message);
        }
    }

    private final Transformer model;
    private final Backend backend;
    private final Tensor tokens;
    private int held;

    StreamRun(Transformer model, Backend backend, HostArray tokens) {
        this.model = model;
        this.backend = backend;
        this.tokens = backend.upload(tokens);
    }

    /** How many equations held. */
    int held() {
        return held;
    }

    /** @throws Broken where something does not hold */
    void check() {
        ModelContract contract = ModelContract.of(model);
        contract.againstDecomposition().ifPresent(reason -> {
            throw new Broken(reason);
        });
        model.blocks().forEach(this::pointsAreThere);
        Set<String> wanted = new HashSet<>();
        model.blocks().forEach(block -> Stream.concat(names(block), commonNames(block)).forEach(name -> wanted.add(block.path() + "." + name)));
        Seen seen = new Seen(new Cache(point -> wanted.stream().anyMatch(point::is)));
        Map<Layer, Tensor> returned = new IdentityHashMap<>();
        Tensor logits = model.forward(Pass.evaluation(backend).with(seen.cache).replacingAttention((attention, made) -> {
            returned.put(attention, made);
            return made;
        }).telling(returned::putIfAbsent), tokens);
        for (int l = 0; l < model.blocks().size(); l++) {
            Block block = model.blocks().get(l);
            commonNames(block).forEach(name -> seen.get(block.path() + "." + name));
            attentionsResult(block, seen, returned);
            networksResult(block, seen, returned);
            ModelContract.contract(block).sums().forEach(sum -> sum(block, sum, seen));
            if (l + 1 < model.blocks().size()) {
                handsOn(block, model.blocks().get(l + 1), seen);
            }
        }
        if (contract.againstLens().isEmpty()) {
            List<String> last = contract.lensPoints().getLast().hooks();
            same("what a lens reads at " + String.join(" and ", last), contract.read(Pass.evaluation(backend), last.stream().map(seen::get).toList()), "the logits", logits);
        }
        patterns();
    }

    /** The points that the block declares. */
    private static Stream<String> names(Block block) {
        StreamContract contract = ModelContract.contract(block);
        return Stream.concat(contract.branches().stream().flatMap(branch -> Stream.of(branch.result(), branch.contribution())),
                contract.sums().stream().flatMap(StreamRun::points));
    }

    private static Stream<String> points(StreamSum sum) {
        return Stream.concat(Stream.of(sum.from(), sum.carried(), sum.to(), sum.end()),
                Stream.of(sum.carry(), sum.weight()).flatMap(factor -> factor instanceof Factor.Shown(String point) ? Stream.of(point) : Stream.empty()));
    }

    private static Stream<String> commonNames(Block block) {
        return ModelContract.contract(block).branches().stream().flatMap(branch -> Stream.of(branch.kind().result(), branch.kind().contribution()));
    }

    /** What the run showed. */
    private record Seen(Cache cache) {
        private Tensor get(String name) {
            Tensor value = cache.valuesUnderAllNames().get(name);
            if (value == null) {
                throw new Broken(name + " is declared, and the run did not reach it");
            }
            return value;
        }
    }

    private void pointsAreThere(Block block) {
        Set<String> points = block.hookPoints().stream().map(HookPoint::name).collect(Collectors.toSet());
        names(block).filter(name -> !points.contains(block.path() + "." + name)).findFirst().ifPresent(name -> {
            throw new Broken(Text.format("%s declares '%s', and has no such hook point", block.path(), name));
        });
    }

    private void attentionsResult(Block block, Seen seen, Map<Layer, Tensor> returned) {
        List<Tensor> made = block.parts().stream().filter(Attention.class::isInstance).map(returned::get).filter(tensor -> tensor != null).toList();
        if (made.size() == 1 && ModelContract.contract(block).has(Branch.Kind.ATTENTION)) {
            String name = block.path() + "." + Branch.Kind.ATTENTION.result();
            same(name, seen.get(name), "what attention returned", made.getFirst());
        }
    }

    /** Of a block with one network, which stands where the model puts it. */
    private void networksResult(Block block, Seen seen, Map<Layer, Tensor> returned) {
        List<Tensor> made = block.parts().stream().filter(part -> part.path().equals(block.path() + ".mlp")).map(returned::get).filter(tensor -> tensor != null).toList();
        if (made.size() == 1 && ModelContract.contract(block).has(Branch.Kind.NETWORK)) {
            String name = block.path() + "." + Branch.Kind.NETWORK.result();
            same(name, seen.get(name), "what the network returned", made.getFirst());
        }
    }

    private void sum(Block block, StreamSum sum, Seen seen) {
        String path = block.path() + ".";
        Tensor shown = seen.get(path + sum.to());
        int width = shown.shape().size(shown.shape().rank() - 1);
        int streams = sideBySide(shown);
        Function<String, double[]> factors = point -> values(seen.get(path + point));
        List<Term> terms = new ArrayList<>();
        if (!sum.carry().isZero()) {
            Tensor carried = seen.get(path + sum.carried());
            terms.add(new Term(FrozenFactor.ofStream(sum.carry(), streams, sideBySide(carried), factors), sum.carry(), values(carried), width));
        }
        FrozenFactor weight = FrozenFactor.ofContribution(sum.weight(), streams, factors);
        sum.adds().forEach(kind -> terms.add(new Term(weight, sum.weight(), values(seen.get(path + kind.contribution())), width)));
        Rounding rounding = Rounding.of(shown.dtype());
        double[] found = values(shown);
        for (int i = 0; i < found.length; i++) {
            Total total = new Total();
            for (Term term : terms) {
                term.addTo(total, i / width / streams, i / width % streams, i % width);
            }
            int roundings = Math.max(0, total.products - 1) + total.inFactors;
            double explained = rounding.gamma(roundings) * total.sizes + roundings * rounding.tiny() + 4 * Math.ulp(total.sizes);      // and what this sum itself rounds
            require(found[i], total.value, explained, path + sum.to(), place(shown.shape(), i), Text.format("%s: %s does not hold", block.path(), sum));
        }
        held++;
    }

    /** [batch pos d_model] or [batch pos stream d_model]. */
    private static int sideBySide(Tensor stream) {
        return stream.shape().rank() == 4 ? stream.shape().size(2) : 1;
    }

    /** What one number of a sum is made of, and how often it was rounded. */
    private static final class Total {
        private double value;
        private double sizes;
        private int products;
        private int inFactors;
    }

    private record Term(FrozenFactor factor, Factor declared, double[] values, int width) {

        /** Adds what this term has in feature {@code c} of stream {@code i}. */
        void addTo(Total total, int token, int i, int c) {
            for (int j = 0; j < factor.from(); j++) {
                double by = factor.at(token, i, j);
                if (by != 0) {
                    double product = by * values[(token * factor.from() + j) * width + c];
                    total.value += product;
                    total.sizes += Math.abs(product);
                    total.products++;
                    total.inFactors = Math.max(total.inFactors, by == 1 ? 0 : declared instanceof Factor.Shown ? 1 : 2);   // the product, and a fixed number itself
                }
            }
        }
    }

    private void handsOn(Block block, Block next, Seen seen) {
        for (int stream = 0; stream < ModelContract.contract(block).streams(); stream++) {
            String out = block.path() + "." + ModelContract.contract(block).of(stream).getLast().end();
            String in = next.path() + "." + ModelContract.contract(next).of(stream).getFirst().from();
            same(out, seen.get(out), in, seen.get(in));
        }
    }

    /** With the pattern in sight attention runs as its composition; the sums were checked without. */
    private void patterns() {
        Set<String> points = model.hookPoints().stream().map(HookPoint::name).collect(Collectors.toSet());
        List<String> attentions = model.blocks().stream().map(block -> block.path() + ".attn.").filter(path ->
                points.containsAll(List.of(path + "hook_pattern", path + "hook_v", path + "hook_z"))).toList();
        if (attentions.isEmpty()) {
            return;
        }
        Seen seen = new Seen(new Cache(point -> attentions.stream().anyMatch(path -> point.name().equals(path + "hook_pattern") || point.name().equals(path + "hook_v")
                || point.name().equals(path + "hook_z"))));
        model.forward(Pass.evaluation(backend).with(seen.cache), tokens);
        attentions.forEach(path -> weighted(path, seen));
    }

    /** z [batch n head d_v] against pattern [batch head n m] · v [batch m fewer d_v], each of the fewer heads serving a group. */
    private void weighted(String path, Seen seen) {
        Tensor z = seen.get(path + "hook_z");
        Tensor pattern = seen.get(path + "hook_pattern");
        Tensor v = seen.get(path + "hook_v");
        int heads = z.shape().size(2);
        int width = z.shape().size(3);
        int queries = z.shape().size(1);
        int keys = v.shape().size(1);
        int fewer = v.shape().size(2);
        double[] zs = values(z);
        double[] ps = values(pattern);
        double[] vs = values(v);
        Rounding rounding = Rounding.of(z.dtype());
        for (int i = 0; i < zs.length; i++) {
            int d = i % width;
            int head = i / width % heads;
            int query = i / width / heads % queries;
            int batch = i / width / heads / queries;
            double total = 0;
            double sizes = 0;
            for (int key = 0; key < keys; key++) {
                double term = ps[((batch * heads + head) * queries + query) * keys + key] * vs[((batch * keys + key) * fewer + head / (heads / fewer)) * width + d];
                total += term;
                sizes += Math.abs(term);
            }
            double explained = rounding.gamma(keys) * sizes + keys * (rounding.tiny() + Math.ulp(sizes));
            require(zs[i], total, explained, path + "hook_z", place(z.shape(), i), path + "hook_pattern · hook_v = hook_z does not hold");
        }
        held++;
    }

    private static void require(double found, double expected, double explained, String where, String place, String equation) {
        if (!(Math.abs(found - expected) <= explained)) {
            throw new Broken(Text.format("%s. At %s %s is %.9g, and the terms make %.9g; rounding explains a difference of %.2g", equation, place, where, found, expected,
                    explained));
        }
    }

    private void same(String one, Tensor a, String other, Tensor b) {
        double[] as = values(a);
        double[] bs = values(b);
        for (int i = 0; i < Math.max(as.length, bs.length); i++) {
            if (as.length != bs.length || Double.compare(as[i], bs[i]) != 0) {
                throw new Broken(as.length != bs.length ? Text.format("%s %s is not %s %s", one, a.shape(), other, b.shape())
                        : Text.format("%s is not %s: at %s %.9g and %.9g", one, other, place(a.shape(), i), as[i], bs[i]));
            }
        }
        held++;
    }

    private double[] values(Tensor tensor) {
        return backend.download(tensor).toDoubles();
    }

    private static String place(Shape shape, int i) {
        int[] strides = shape.strides();
        return Arrays.toString(IntStream.range(0, shape.rank()).map(axis -> i / strides[axis] % shape.size(axis)).toArray());
    }
}
