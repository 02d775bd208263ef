package io.fluxo.experiments.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.BadInput;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

class SparkSettingsTest {

    private static final List<String> OPTIONS = List.of("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-XX:+UseParallelGC", "-Xmn256m",
            "-Xmx4g", "-XX:MaxRAMPercentage=50", "-XX:SharedArchiveFile=/x/fluxo.jsa", "-XX:+AutoCreateSharedArchive", "-Dfluxo.home=/opt/my \"fluxo\"",
            "-Dfluxo.columns.out=80", "-agentlib:jdwp=server=y");

    @Test
    void executorsHaveFluxosOptionsButNotItsSizes() {
        assertThat(SparkSettings.executorOptions(OPTIONS)).containsExactly("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseParallelGC", "-Dfluxo.home=/opt/my \"fluxo\"");
        assertThat(settings("spark://host:7077").get("spark.executor.extraJavaOptions")).isEqualTo("--add-modules=jdk.incubator.vector "
                + "--enable-native-access=ALL-UNNAMED -XX:+UseParallelGC \"-Dfluxo.home=/opt/my \\\"fluxo\\\"\"");
    }

    /** A cluster's machines have Spark; processes on this one have what was fetched. Fluxo's libraries and Spark's are never on one class path. */
    @Test
    void classPaths() {
        assertThat(settings("spark://host:7077")).containsEntry("spark.executor.extraClassPath", "/fluxo/fluxo.jar").containsEntry("spark.fluxo.classpath", "/fluxo/a.jar:/fluxo/b.jar");
        assertThat(settings("local-cluster[2,1,1024]")).containsEntry("spark.executor.extraClassPath", "/m2/core.jar:/m2/scala.jar:/fluxo/fluxo.jar")
                .containsEntry("spark.executorEnv.JAVA_HOME", System.getProperty("java.home"));
    }

    @Test
    void oneTrialIsOneTaskAndIsNotRunTwiceAtATime() {
        assertThat(settings("yarn")).containsEntry("spark.master", "yarn").containsEntry("spark.speculation", "false").containsEntry("spark.task.cpus", "3")
                .containsEntry("spark.task.maxFailures", "4");
    }

    /** An executor that is cut off ends itself before its trial is begun elsewhere. */
    @Test
    void whoIsCutOffEndsFirst() {
        SortedMap<String, String> all = settings("yarn");
        int interval = seconds(all.get("spark.executor.heartbeatInterval"));
        // a heartbeat without an answer takes an interval, and the next begins an interval later
        assertThat(2 * interval * Integer.parseInt(all.get("spark.executor.heartbeat.maxFailures"))).isLessThan(seconds(all.get("spark.network.timeout")));
    }

    private static int seconds(String text) {
        return Integer.parseInt(text.replaceFirst("s$", ""));
    }

    @Test
    void settingsOfTheUsersAreAddedToFluxosOwn() {
        SortedMap<String, String> all = new SparkSettings("yarn", Map.of("spark.executor.memory", "4g", "spark.executor.extraClassPath", "/mine.jar",
                "spark.executor.extraJavaOptions", "-Dmine=1", "spark.task.maxFailures", "9"), 1).all(List.of(), "/f.jar", List.of("/f.jar"), List.of("-Dfluxo=1"));
        assertThat(all).containsEntry("spark.executor.memory", "4g").containsEntry("spark.executor.extraClassPath", "/f.jar:/mine.jar")
                .containsEntry("spark.executor.extraJavaOptions", "-Dfluxo=1 -Dmine=1").containsEntry("spark.task.maxFailures", "9");
    }

    @Test
    void settingsThatFluxoMakesAreRefused() {
        refused("spark.master", "--spark spark.master: give it by --master");
        refused("spark.speculation", "--spark spark.speculation: Fluxo makes this setting itself; leave it out");
        refused("spark.task.cpus", "--spark spark.task.cpus: give it by --threads");
        refused("executor.memory", "--spark executor.memory: Spark's settings are called spark.…");
    }

    private static void refused(String key, String message) {
        assertThatThrownBy(() -> new SparkSettings("local", Map.of(key, "true"), 1)).isInstanceOf(BadInput.class).hasMessage(message);
    }

    private static SortedMap<String, String> settings(String master) {
        return new SparkSettings(master, Map.of(), 3).all(List.of("/m2/core.jar", "/m2/scala.jar"), "/fluxo/fluxo.jar", List.of("/fluxo/a.jar", "/fluxo/b.jar"), OPTIONS);
    }
}
