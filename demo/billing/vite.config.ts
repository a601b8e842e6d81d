import type { UserConfig } from 'vite'
import { defineConfig } from 'vite'

const config: UserConfig = defineConfig({
  build: {
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The server writes the pages and has to know these names.
    rolldownOptions: {
      input: {
        main: `${import.meta.dirname}/src/main.ts`,
        style: `${import.meta.dirname}/src/style.css`,
      },
      output: { entryFileNames: '[name].js', assetFileNames: '[name][extname]' },
    },
  },
})

export default config
