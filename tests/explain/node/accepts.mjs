// Reads a JSON list of LaTeX expressions and writes what KaTeX says of each: "" or its complaint.
import { readFileSync } from "node:fs";
import katex from "katex";

const expressions = JSON.parse(readFileSync(0, "utf8"));
const answers = expressions.map((latex) => {
  try {
    const html = katex.renderToString(latex, { displayMode: true, strict: "error" });
    return html.includes("katex-error") ? "not rendered" : "";
  } catch (error) {
    return String(error.message);
  }
});
process.stdout.write(JSON.stringify(answers));
