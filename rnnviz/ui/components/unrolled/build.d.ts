/** What build.mjs takes from Node, so that its types are checked without those of all of Node. */

declare module "node:crypto" {
  export function createHash(name: string): {
    update(data: string | Uint8Array): void;
    digest(as: "hex"): string;
  };
}

declare module "node:fs/promises" {
  export function readFile(path: string): Promise<Uint8Array>;
  export function readFile(path: string, encoding: "utf8"): Promise<string>;
  export function readdir(path: string, options: { recursive: boolean }): Promise<string[]>;
  export function writeFile(path: string, text: string): Promise<void>;
}

declare module "node:path" {
  export function dirname(path: string): string;
  export function join(...parts: string[]): string;
}

declare module "node:url" {
  export function fileURLToPath(url: string): string;
}

declare const process: { argv: string[]; exitCode?: number };
declare const Buffer: { byteLength(text: string): number };
