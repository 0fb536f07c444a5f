import { defineConfig } from 'vite';
import { notices } from './notices.js';

const { collect, emit } = notices('playground/licenses.md');

export default defineConfig({
  // Relative, so that the page also works behind a proxy that adds a prefix.
  base: './',
  plugins: [collect, emit],
  worker: { format: 'es', plugins: () => [collect] },
  // An empty object: Vite must not look for a PostCSS file in the folders above.
  css: { postcss: {} },
  resolve: {
    alias: {
      // GraphiQL imports two of Prettier's plugins under their old names as
      // well, which would bundle each of them twice.
      'prettier/parser-babel': 'prettier/plugins/babel',
      'prettier/parser-graphql': 'prettier/plugins/graphql',
    },
  },
  build: {
    // The page lives at / and everything it loads under /playground/.
    assetsDir: 'playground',
    // Nothing inlined: the page's policy needs no data: scripts and no data: fonts.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4096,
    reportCompressedSize: false,
    sourcemap: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // Libraries apart from our own sources: otherwise a word changed in
          // these renames, by way of their hashes, megabytes of those. Monaco and
          // Prettier stay out: they are loaded when needed.
          groups: [{ name: 'vendor', test: /node_modules[\\/](?!monaco-|prettier)/ }],
        },
      },
      onwarn(warning, warn) {
        // "use client" in libraries: means nothing here, and would be 150 lines.
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
    },
  },
});
