// A Vite plugin that writes the licences of everything bundled into one file,
// as those licences ask for. Vite's own (build.license) overlooks what only the
// workers bundle, so this one runs in their builds too.
import fs from 'node:fs';
import path from 'node:path';

const NOTICE = /^(licen[cs]e|notice|copying|thirdpartynotices)/i;

// A module's package is the folder below the innermost node_modules.
const PACKAGE = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/;

function section(folder) {
  const about = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const texts = fs
    .readdirSync(folder)
    .filter((name) => NOTICE.test(name))
    .sort()
    .map((name) => fs.readFileSync(path.join(folder, name), 'utf8').replaceAll('\r\n', '\n').trim());
  return `## ${about.name} ${about.version} (${about.license})\n\n${texts.join('\n\n')}`.trim();
}

export function notices(fileName) {
  const folders = new Set();
  const collect = {
    name: 'notices:collect',
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        for (const id of chunk.moduleIds ?? []) {
          const folder = PACKAGE.exec(id.replace(/^\0/, ''))?.[0];
          if (folder) folders.add(folder);
        }
      }
    },
  };
  const emit = {
    name: 'notices:emit',
    generateBundle() {
      const sections = [...new Set([...folders].map(section))].sort();
      const source = `# Licences\n\nThe playground's page bundles these packages.\n\n${sections.join('\n\n')}\n`;
      this.emitFile({ type: 'asset', fileName, source });
    },
  };
  return { collect, emit };
}
