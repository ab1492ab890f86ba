// Builds the widget into the Python package that serves it, and writes its version and integrity where servers read it.
import { createHash } from "node:crypto";
import { readFile, writeFile, mkdir } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";

const here = new URL(".", import.meta.url);
const { version } = JSON.parse(await readFile(new URL("package.json", here), "utf8"));
const elsewhere = process.argv[2];
const folder = elsewhere ? new URL(`file://${elsewhere}/`) : new URL("../src/feedback_api/widget/built/", here);

const smallStyles = {
  name: "small-styles",
  setup(bundle) {
    bundle.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

const { outputFiles } = await build({
  entryPoints: [new URL("src/main.ts", here).pathname],
  bundle: true,
  minify: true,
  charset: "utf8",
  format: "iife",
  target: ["es2020"],
  legalComments: "none",
  // The first line lets Chromium compile all of it beside the main thread, as it comes; elsewhere it is a comment.
  banner: { js: `//# allFunctionsCalledOnLoad\n/* Soundings widget ${version}, Apache-2.0 */` },
  plugins: [smallStyles],
  write: false,
});
const [{ contents }] = outputFiles;
const integrity = `sha384-${createHash("sha384").update(contents).digest("base64")}`;
const module = `"""The newest version of the widget and its integrity, written by services/feedback-api/widget/build.mjs."""

from typing import Final

VERSION: Final = "${version}"
INTEGRITY: Final = "${integrity}"
`;
await mkdir(folder, { recursive: true });
await writeFile(new URL(`${version}.js`, folder), contents);
if (!elsewhere) await writeFile(new URL("../../../shared/src/soundings/widget_release.py", here), module);
console.log(version, contents.length, gzipSync(contents, { level: 9 }).length, integrity);
