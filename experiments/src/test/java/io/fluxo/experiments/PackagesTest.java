package io.fluxo.experiments;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Arrows run one way, in every module: no package needs one that needs it. */
@AnalyzeClasses(packages = "io.fluxo", importOptions = ProductionOnly.class)
class PackagesTest {

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES = slices().matching("io.fluxo.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule NOTHING_STANDS_ABOVE_MAIN =
            noClasses().that().resideOutsideOfPackage("..main..").should().dependOnClassesThat().resideInAPackage("..experiments.main..");

    @ArchTest
    static final ArchRule COMMANDS_AND_LABORATORY_MEET_AT_THE_WORKBENCH = noClasses().that().resideInAPackage("..experiments.cli..").should()
            .dependOnClassesThat().resideInAPackage("..experiments.lab..");

    /** The frame's library wires the program in one place; elsewhere a constructor does. */
    @ArchTest
    static final ArchRule ONLY_THE_LABORATORY_KNOWS_GUICE = noClasses().that().resideOutsideOfPackage("..experiments.lab..").should()
            .dependOnClassesThat().resideInAnyPackage("com.google.inject..");

    /** It runs in Spark's processes, where nothing of Fluxo's class path is to be had. */
    @ArchTest
    static final ArchRule WHAT_KNOWS_SPARK_KNOWS_NOTHING_ELSE = classes().that().resideInAPackage("..spark.inside..").should().onlyDependOnClassesThat()
            .resideInAnyPackage("..spark.inside..", "java..", "org.apache.spark..");

    @ArchTest
    static final ArchRule NOTHING_ELSE_KNOWS_SPARK = noClasses().that().resideOutsideOfPackage("..spark.inside..").should().dependOnClassesThat()
            .resideInAnyPackage("org.apache.spark..", "scala..", "..spark.inside..");
}
