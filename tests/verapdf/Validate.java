import java.io.File;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** For each file and each of PDF/UA-1 and PDF/A-3a one line "name TAB flavour TAB compliant", then its failures. */
public class Validate {
    public static void main(String[] paths) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        for (String path : paths) {
            for (String name : new String[] {"ua1", "3a"}) {
                PDFAFlavour flavour = PDFAFlavour.byFlavourId(name);
                try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(path), flavour);
                     PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, 20, true, false, false)) {
                    ValidationResult result = validator.validate(parser);
                    System.out.println(path + "\t" + name + "\t" + result.isCompliant());
                    for (TestAssertion assertion : result.getTestAssertions()) {
                        if (assertion.getStatus() == TestAssertion.Status.FAILED) {
                            System.out.println("\t" + name + " " + assertion.getRuleId().getClause() + " "
                                + assertion.getMessage() + " @ " + assertion.getLocation().getContext());
                        }
                    }
                }
            }
        }
    }
}
