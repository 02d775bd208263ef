package io.fluxo;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Arrows run one way, and core names neither a backend nor, but for its plugin SPI, an injector. */
@AnalyzeClasses(packages = "io.fluxo", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule ROOMS_HAVE_NO_CYCLES = slices().matching("io.fluxo.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule CORE_NAMES_NO_BACKEND =
            noClasses().should().dependOnClassesThat().resideInAnyPackage("io.fluxo.cpu..", "io.fluxo.cuda..", "io.fluxo.experiments..");

    @ArchTest
    static final ArchRule CORE_DOES_WITHOUT_GUICE =
            noClasses().should().dependOnClassesThat().resideInAnyPackage("com.google.inject..");
}
