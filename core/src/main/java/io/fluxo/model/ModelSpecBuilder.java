package io.fluxo.model;

import io.fluxo.model.ModelSpec.*;

/** A {@link ModelSpec} in the making. A key that may differ by layer takes one value for all layers, or a {@link PerLayer}. */
public final class ModelSpecBuilder {

    private Family family;
    private int nLayers;
    private int dModel;
    private PerLayer<Integer> nHeads;
    private PerLayer<Integer> nKeyValueHeads;
    private PerLayer<Integer> dHead;
    private PerLayer<Integer> dMlp;
    private int nCtx;
    private int dVocab;
    private PerLayer<ActFn> actFn;
    private PerLayer<String> placement;
    private PerLayer<String> norm;
    private PerLayer<Boolean> normAffine;
    private PerLayer<Double> normEps;
    private FinalNorm finalNorm;
    private PerLayer<AttentionKind> attention;
    private PerLayer<MaskKind> mask;
    private PerLayer<Boolean> qkNorm;
    private PerLayer<Boolean> ffn;
    private PerLayer<ResidualKind> residual;
    private PerLayer<Double> residualScale;
    private PositionKind positions;
    private PerLayer<Double> ropeTheta;
    private RopeLayout ropeLayout;
    private PerLayer<Boolean> bias;
    private boolean tiedHead;
    private double dropout;
    private InitKind init;
    private double initStd;
    private double embedStd;
    private int ngramOrder;
    private String initFrom;

    ModelSpecBuilder(ModelSpec start) {
        family = start.family();
        nLayers = start.nLayers();
        dModel = start.dModel();
        nHeads = start.nHeads();
        nKeyValueHeads = start.nKeyValueHeads();
        dHead = start.dHead();
        dMlp = start.dMlp();
        nCtx = start.nCtx();
        dVocab = start.dVocab();
        actFn = start.actFn();
        placement = start.placement();
        norm = start.norm();
        normAffine = start.normAffine();
        normEps = start.normEps();
        finalNorm = start.finalNorm();
        attention = start.attention();
        mask = start.mask();
        qkNorm = start.qkNorm();
        ffn = start.ffn();
        residual = start.residual();
        residualScale = start.residualScale();
        positions = start.positions();
        ropeTheta = start.ropeTheta();
        ropeLayout = start.ropeLayout();
        bias = start.bias();
        tiedHead = start.tiedHead();
        dropout = start.dropout();
        init = start.init();
        initStd = start.initStd();
        embedStd = start.embedStd();
        ngramOrder = start.ngramOrder();
        initFrom = start.initFrom();
    }

    public ModelSpecBuilder family(Family value) {
        family = value;
        return this;
    }

    public ModelSpecBuilder nLayers(int value) {
        nLayers = value;
        return this;
    }

    public ModelSpecBuilder dModel(int value) {
        dModel = value;
        return this;
    }

    public ModelSpecBuilder nHeads(int everywhere) {
        return nHeads(PerLayer.of(everywhere));
    }

    public ModelSpecBuilder nHeads(PerLayer<Integer> byLayer) {
        nHeads = byLayer;
        return this;
    }

    public ModelSpecBuilder nKeyValueHeads(int everywhere) {
        return nKeyValueHeads(PerLayer.of(everywhere));
    }

    public ModelSpecBuilder nKeyValueHeads(PerLayer<Integer> byLayer) {
        nKeyValueHeads = byLayer;
        return this;
    }

    public ModelSpecBuilder dHead(int everywhere) {
        return dHead(PerLayer.of(everywhere));
    }

    public ModelSpecBuilder dHead(PerLayer<Integer> byLayer) {
        dHead = byLayer;
        return this;
    }

    public ModelSpecBuilder dMlp(int everywhere) {
        return dMlp(PerLayer.of(everywhere));
    }

    public ModelSpecBuilder dMlp(PerLayer<Integer> byLayer) {
        dMlp = byLayer;
        return this;
    }

    public ModelSpecBuilder nCtx(int value) {
        nCtx = value;
        return this;
    }

    public ModelSpecBuilder dVocab(int value) {
        dVocab = value;
        return this;
    }

    public ModelSpecBuilder actFn(ActFn everywhere) {
        return actFn(PerLayer.of(everywhere));
    }

    public ModelSpecBuilder actFn(PerLayer<ActFn> byLayer) {
        actFn = byLayer;
        return this;
    }

    public ModelSpecBuilder placement(String everywhere) {
        return placement(PerLayer.of(everywhere));
    }

    public ModelSpecBuilder placement(PerLayer<String> byLayer) {
        placement = byLayer;
        return this;
    }

    public ModelSpecBuilder norm(String everywhere) {
        return norm(PerLayer.of(everywhere));
    }

    public ModelSpecBuilder norm(PerLayer<String> byLayer) {
        norm = byLayer;
        return this;
    }

    public ModelSpecBuilder normAffine(boolean everywhere) {
        return normAffine(PerLayer.of(everywhere));
    }

    public ModelSpecBuilder normAffine(PerLayer<Boolean> byLayer) {
        normAffine = byLayer;
        return this;
    }

    public ModelSpecBuilder normEps(double everywhere) {
        return normEps(PerLayer.of(everywhere));
    }

    public ModelSpecBuilder normEps(PerLayer<Double> byLayer) {
        normEps = byLayer;
        return this;
    }

    public ModelSpecBuilder finalNorm(FinalNorm value) {
        finalNorm = value;
        return this;
    }

    public ModelSpecBuilder attention(AttentionKind everywhere) {
        return attention(PerLayer.of(everywhere));
    }

    public ModelSpecBuilder attention(PerLayer<AttentionKind> byLayer) {
        attention = byLayer;
        return this;
    }

    public ModelSpecBuilder mask(MaskKind everywhere) {
        return mask(PerLayer.of(everywhere));
    }

    public ModelSpecBuilder mask(PerLayer<MaskKind> byLayer) {
        mask = byLayer;
        return this;
    }

    public ModelSpecBuilder qkNorm(boolean everywhere) {
        return qkNorm(PerLayer.of(everywhere));
    }

    public ModelSpecBuilder qkNorm(PerLayer<Boolean> byLayer) {
        qkNorm = byLayer;
        return this;
    }

    public ModelSpecBuilder ffn(boolean everywhere) {
        return ffn(PerLayer.of(everywhere));
    }

    public ModelSpecBuilder ffn(PerLayer<Boolean> byLayer) {
        ffn = byLayer;
        return this;
    }

    public ModelSpecBuilder residual(ResidualKind everywhere) {
        return residual(PerLayer.of(everywhere));
    }

    public ModelSpecBuilder residual(PerLayer<ResidualKind> byLayer) {
        residual = byLayer;
        return this;
    }

    public ModelSpecBuilder residualScale(double everywhere) {
        return residualScale(PerLayer.of(everywhere));
    }

    public ModelSpecBuilder residualScale(PerLayer<Double> byLayer) {
        residualScale = byLayer;
        return this;
    }

    public ModelSpecBuilder positions(PositionKind value) {
        positions = value;
        return this;
    }

    public ModelSpecBuilder ropeTheta(double everywhere) {
        return ropeTheta(PerLayer.of(everywhere));
    }

    public ModelSpecBuilder ropeTheta(PerLayer<Double> byLayer) {
        ropeTheta = byLayer;
        return this;
    }

    public ModelSpecBuilder ropeLayout(RopeLayout value) {
        ropeLayout = value;
        return this;
    }

    public ModelSpecBuilder bias(boolean everywhere) {
        return bias(PerLayer.of(everywhere));
    }

    public ModelSpecBuilder bias(PerLayer<Boolean> byLayer) {
        bias = byLayer;
        return this;
    }

    public ModelSpecBuilder tiedHead(boolean value) {
        tiedHead = value;
        return this;
    }

    public ModelSpecBuilder dropout(double value) {
        dropout = value;
        return this;
    }

    public ModelSpecBuilder init(InitKind value) {
        init = value;
        return this;
    }

    public ModelSpecBuilder initStd(double value) {
        initStd = value;
        return this;
    }

    public ModelSpecBuilder embedStd(double value) {
        embedStd = value;
        return this;
    }

    public ModelSpecBuilder ngramOrder(int value) {
        ngramOrder = value;
        return this;
    }

    public ModelSpecBuilder initFrom(String value) {
        initFrom = value;
        return this;
    }

    public ModelSpec build() {
        return new ModelSpec(family, nLayers, dModel, nHeads, nKeyValueHeads, dHead, dMlp, nCtx, dVocab, actFn, placement, norm, normAffine,
                normEps, finalNorm, attention, mask, qkNorm, ffn, residual, residualScale, positions, ropeTheta, ropeLayout, bias, tiedHead,
                dropout, init, initStd, embedStd, ngramOrder, initFrom);
    }
}
