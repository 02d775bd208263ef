package io.fluxo.experiments;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.text.MessageFormat;
import java.text.NumberFormat;
import java.time.format.DateTimeFormatter;
import java.util.Formatter;

/** No module asks for the user's locale: what is written is the same bytes everywhere. */
@AnalyzeClasses(packages = "io.fluxo", importOptions = ProductionOnly.class)
class LocaleTest {

    private static final String INSTEAD = "they follow the user's locale: use io.fluxo.text.Text.format, or name a locale";

    @ArchTest
    static final ArchRule NOTHING_IS_FORMATTED_BY_THE_LOCALE = noClasses()
            .should().callMethod(String.class, "formatted", Object[].class)
            .orShould().callMethod(String.class, "format", String.class, Object[].class)
            .orShould().callMethod(PrintStream.class, "printf", String.class, Object[].class)
            .orShould().callMethod(PrintStream.class, "format", String.class, Object[].class)
            .orShould().callMethod(PrintWriter.class, "printf", String.class, Object[].class)
            .orShould().callMethod(PrintWriter.class, "format", String.class, Object[].class)
            .orShould().callConstructor(Formatter.class)
            .orShould().callConstructor(Formatter.class, Appendable.class)
            .orShould().dependOnClassesThat().areAssignableTo(MessageFormat.class)
            .orShould().dependOnClassesThat().areAssignableTo(NumberFormat.class)
            .orShould().callMethod(DateTimeFormatter.class, "ofPattern", String.class)
            .because(INSTEAD);

    @ArchTest
    static final ArchRule NO_CASE_IS_CHANGED_BY_THE_LOCALE = noClasses()
            .should().callMethod(String.class, "toLowerCase")
            .orShould().callMethod(String.class, "toUpperCase")
            .because(INSTEAD);
}
