// Reads the AsyncAPI document named on the command line with the official parser; prints what it finds wrong, and exits 1 then.
import { Parser, fromFile } from "@asyncapi/parser";

const parser = new Parser();
const { document, diagnostics } = await fromFile(parser, process.argv[2]).parse();
const wrong = diagnostics.filter((found) => found.severity === 0);
for (const found of diagnostics) {
  console.error(`${["error", "warning", "information", "hint"][found.severity]}: ${found.path.join(".")}: ${found.message}`);
}
console.log(JSON.stringify({ version: document?.version(), channels: document?.channels().all().length ?? 0 }));
process.exit(wrong.length > 0 || !document ? 1 : 0);
