package io.fluxo.experiments.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.cuda.driver.CudaDriver;
import io.fluxo.cuda.natives.Installation;
import io.fluxo.cuda.natives.Natives;
import io.fluxo.experiments.BackendUnavailable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a Maven that is a script. */
class InstallerTest {

    @TempDir
    Path folder;

    @Test
    void remembersWhatMavenFound() throws Exception {
        Path jar = Files.writeString(folder.resolve("nd4j.jar"), "");
        Installer installer = installer("linux-x86_64", "for a; do case $a in -Dmdep.outputFile=*) printf %s '" + jar + "' > ${a#*=};; esac; done");
        assertThat(installer.isInstalled(Natives.NATIVE)).isFalse();
        installer.install(Natives.NATIVE);
        assertThat(installer.isInstalled(Natives.NATIVE)).isTrue();
        assertThat(installer.isInstalled(Natives.CUDA)).isFalse();
        assertThat(folder.resolve(".natives")).isDirectoryContaining("glob:**/nd4j-native-linux-x86_64.classpath").isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void asksMavenForTheProfileAndThePlatform() throws Exception {
        Installer installer = installer("macosx-arm64", "echo \"[ERROR] $*\"; exit 1");
        assertThatThrownBy(() -> installer.install(Natives.CUDA)).isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("-P nd4j-cuda -Dnatives.platform=macosx-arm64");
    }

    @Test
    void leavesNothingBehindWhenMavenFails() throws Exception {
        Installer installer = installer("linux-x86_64", "echo '[INFO] so far'; echo '[ERROR] no route to host'; exit 1");
        assertThatThrownBy(() -> installer.install(Natives.NATIVE)).isInstanceOf(UncheckedIOException.class)
                .hasMessage("Maven cannot fetch nd4j-native: no route to host");
        assertThat(folder.resolve(".natives")).isEmptyDirectory();
    }

    @Test
    void saysTheSizeFirst() throws Exception {
        assertThat(installer("linux-x86_64", "exit 1").announcement(Natives.CUDA)).contains("nd4j-cuda for linux-x86_64", "2,460 MB");
        assertThatThrownBy(() -> installer("macosx-arm64", "exit 1").announcement(Natives.CUDA)).isInstanceOf(BackendUnavailable.class)
                .hasMessage("nd4j-cuda has no natives for macosx-arm64 (only for linux-x86_64, windows-x86_64)");
    }

    @Test
    void sparkIsTheSameForEveryPlatformOfTheLauncher() throws Exception {
        Installer installer = installer("macosx-arm64", "echo \"[ERROR] $*\"; exit 1");
        assertThat(installer.announcement(SparkJars.SPARK)).startsWith("spark for macosx-arm64: a download of about 249 MB");
        assertThat(installer.doubt(SparkJars.SPARK)).isEmpty();
        assertThatThrownBy(() -> installer.install(SparkJars.SPARK)).hasMessageContaining("-P spark ");
        assertThatThrownBy(() -> installer.jars(SparkJars.SPARK)).isInstanceOf(BackendUnavailable.class)
                .hasMessage("Spark's jars not installed: ./fluxo install spark fetches them (about 249 MB)");
    }

    @Test
    void whatIsInstalledIsNamedJarByJar() throws Exception {
        Path jar = Files.writeString(folder.resolve("spark-core.jar"), "");
        Installer installer = installer("linux-arm64", "for a; do case $a in -Dmdep.outputFile=*) printf %s '" + jar + "' > ${a#*=};; esac; done");
        installer.install(SparkJars.SPARK);
        assertThat(installer.jars(SparkJars.SPARK)).containsExactly(jar);
        Files.delete(jar);
        assertThatThrownBy(() -> installer.jars(SparkJars.SPARK)).isInstanceOf(BackendUnavailable.class)
                .hasMessage("Spark's jars were installed, but " + jar + " is gone: ./fluxo install spark again");
    }

    @Test
    void doubtsWhatWouldNotRunHere() throws Exception {
        Installer installer = installer("linux-x86_64", "exit 1");
        assertThat(installer.doubt(Natives.CUDA)).hasValueSatisfying(reason -> assertThat(reason).startsWith("no CUDA driver"));
        assertThat(installer.doubt(Natives.NATIVE)).isEmpty();
    }

    private Installer installer(String platform, String script) throws IOException {
        Path maven = Files.writeString(folder.resolve("mvn"), "#!/bin/sh\n" + script + "\n");
        assertThat(maven.toFile().setExecutable(true)).isTrue();
        return new Installer(new Installation(folder.resolve(".natives"), platform), new CudaDriver("libcuda-of-nobody.so.1"),
                new Maven(folder, maven.toString()));
    }
}
