// Renders every template of the given tables with Apache Velocity 1.7 and writes its answers into them.
//
// A table's lines: `> ` a template's, `= ` what Velocity prints, `! ` how it fails; `@ ` why API Gateway (and this
// gateway) answers otherwise, and `a ` or `x ` that answer. `make velocity-oracle` runs it.

import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.VelocityEngine;
import org.apache.velocity.exception.ParseErrorException;
import org.apache.velocity.runtime.log.NullLogChute;

public class Oracle {
    public static void main(String[] tables) throws Exception {
        for (String table : tables) {
            Path path = Path.of(table);
            Files.writeString(path, answered(Files.readString(path)));
        }
    }

    static String answered(String table) {
        List<String> out = new ArrayList<>();
        List<String> template = new ArrayList<>();
        for (String line : table.split("\n")) {
            boolean isTemplate = line.startsWith("> ");
            if (!isTemplate && !template.isEmpty()) {
                out.addAll(answer(String.join("\n", template)));
                template.clear();
            }
            if (isTemplate) {
                template.add(line.substring(2));
            }
            if (!line.startsWith("= ") && !line.startsWith("! ")) {
                out.add(line);
            }
        }
        if (!template.isEmpty()) {
            out.addAll(answer(String.join("\n", template)));
        }
        return String.join("\n", out) + "\n";
    }

    static List<String> answer(String template) {
        VelocityEngine engine = new VelocityEngine();
        engine.setProperty("runtime.log.logsystem.class", NullLogChute.class.getName());
        engine.init();
        StringWriter out = new StringWriter();
        try {
            engine.evaluate(context(), out, "template", template);
        } catch (ParseErrorException error) {
            return List.of("! parse");
        } catch (RuntimeException error) {
            return List.of("! render");
        }
        List<String> lines = new ArrayList<>();
        for (String line : out.toString().split("\n", -1)) {
            lines.add("= " + line);
        }
        return lines;
    }

    /** The same variables as in src/template/velocity/tests/variables.rs. */
    static VelocityContext context() {
        VelocityContext context = new VelocityContext();
        context.put("s", "Hello");
        context.put("n", 42);
        context.put("t", true);
        context.put("f", false);
        context.put("u", "Grüße 🐲");
        context.put("form", "a=1&b=two+words&c");
        context.put("l", list("a", "b", "c"));
        context.put("m", map("k", "v", "nul", null, "n", 5));
        context.put("items", list(map("id", 1, "tags", list("x", "y")), map("id", 2, "tags", list())));
        context.put("order", map(
            "id", "A-1",
            "customer", map("name", "Ann O'Neil", "vip", true),
            "lines", list(map("sku", "p1", "qty", 2, "price", 9.5), map("sku", "p2", "qty", 1, "price", 20)),
            "note", null));
        return context;
    }

    static List<Object> list(Object... items) {
        return new ArrayList<>(Arrays.asList(items));
    }

    static Map<Object, Object> map(Object... members) {
        Map<Object, Object> map = new LinkedHashMap<>();
        for (int at = 0; at < members.length; at += 2) {
            map.put(members[at], members[at + 1]);
        }
        return map;
    }
}
