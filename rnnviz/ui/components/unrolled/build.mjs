/**
 * Makes unrolled.min.js, the one script that Streamlit and the page to take away both use, from the
 * modules beside this file: `npm run build`. With `--check` it only says whether it is fresh.
 *
 * The first line holds a sum over all sources, so that Python can tell a stale one without Node.
 */

import { createHash } from "node:crypto";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const FOLDER = dirname(fileURLToPath(import.meta.url));
const BUNDLE = join(FOLDER, "unrolled.min.js");

/**
 * The style sheet becomes a text in the script.
 * @type {import("esbuild").Plugin}
 */
const styleSheet = {
  name: "style sheet as text",
  setup(build_) {
    build_.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), {
        loader: "css",
        minify: true,
        charset: "utf8",
      });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

/** A sum over paths and texts of the sources; test_unrolled_script.py computes the same. */
async function sumOfSources() {
  const names = (await readdir(FOLDER, { recursive: true }))
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => /\.(js|css)$/.test(name) && name !== "unrolled.min.js");
  const sum = createHash("sha256");
  for (const name of names.sort()) {
    sum.update(`${name}\n`);
    sum.update(await readFile(join(FOLDER, name)));
  }
  return sum.digest("hex");
}

async function bundled() {
  const { outputFiles } = await build({
    entryPoints: [join(FOLDER, "index.js")],
    bundle: true,
    minify: true,
    write: false,
    // A script and no module: joined to a line of one's own it stands in an HTML file, and there
    // `rnnviz.mount` is in scope.
    format: "iife",
    globalName: "rnnviz",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    banner: {
      js: `/* Made by "npm run build" from sources with the sum ${await sumOfSources()} */`,
    },
    plugins: [styleSheet],
  });
  return outputFiles[0].text;
}

const text = await bundled();
if (process.argv.includes("--check")) {
  const present = await readFile(BUNDLE, "utf8").catch(() => "");
  if (present !== text) {
    console.error("unrolled.min.js is not what its sources make: run `npm run build`");
    process.exitCode = 1;
  }
} else {
  await writeFile(BUNDLE, text);
  console.log(`unrolled.min.js: ${Buffer.byteLength(text)} bytes`);
}
