/**
 * Makes the scripts that Streamlit and the pages to take away both use, from the modules beside
 * them: unrolled.min.js of the moving network, and states.min.js of the state space, which shares
 * modules with it: `npm run build`. With `--check` it only says whether they are fresh.
 *
 * The first line holds a sum over all sources, so that Python can tell a stale one without Node.
 */

import { createHash } from "node:crypto";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const HERE = dirname(dirname(fileURLToPath(import.meta.url)));

/** Each bundle with the folders of its sources; the first one has the entry, and gets the bundle. */
const BUNDLES = [["unrolled"], ["states", "unrolled"]];

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

/**
 * A sum over paths and texts of the sources; test_unrolled_script.py computes the same.
 * @param {string[]} folders
 */
async function sumOfSources(folders) {
  const sum = createHash("sha256");
  for (const folder of folders) {
    const names = (await readdir(join(HERE, folder), { recursive: true }))
      .map((name) => name.replaceAll("\\", "/"))
      .filter((name) => /\.(js|css)$/.test(name) && !name.endsWith(".min.js"));
    for (const name of names.sort()) {
      sum.update(`${name}\n`);
      sum.update(await readFile(join(HERE, folder, name)));
    }
  }
  return sum.digest("hex");
}

/** @param {string[]} folders */
async function bundled(folders) {
  const { outputFiles } = await build({
    entryPoints: [join(HERE, folders[0], "index.js")],
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
      js: `/* Made by "npm run build" from sources with the sum ${await sumOfSources(folders)} */`,
    },
    plugins: [styleSheet],
  });
  return outputFiles[0].text;
}

for (const folders of BUNDLES) {
  const name = `${folders[0]}.min.js`;
  const path = join(HERE, folders[0], name);
  const text = await bundled(folders);
  if (process.argv.includes("--check")) {
    const present = await readFile(path, "utf8").catch(() => "");
    if (present !== text) {
      console.error(`${name} is not what its sources make: run \`npm run build\``);
      process.exitCode = 1;
    }
  } else {
    await writeFile(path, text);
    console.log(`${name}: ${Buffer.byteLength(text)} bytes`);
  }
}
