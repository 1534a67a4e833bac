// SPDX-License-Identifier: Apache-2.0
// The browser client passes TypeScript's strict checks; esbuild bundles it without looking at a type.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const web = fileURLToPath(new URL("../../web/", import.meta.url));
const compiler = `${web}node_modules/typescript/bin/tsc`;
if (!existsSync(compiler)) {
  console.log("web.types skipped: web/node_modules has no typescript: run npm ci in web/");
  process.exit(77);
}
process.exit(spawnSync(process.execPath, [compiler, "--noEmit", "--project", web], { stdio: "inherit" }).status ?? 1);
