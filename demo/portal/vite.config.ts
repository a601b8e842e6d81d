import react from '@vitejs/plugin-react'
import type { UserConfig } from 'vite'
import { defineConfig } from 'vite'

const config: UserConfig = defineConfig({
  plugins: [react()],
  // Under `default-src 'self'` nothing may come out of a data: URL.
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false } },
})

export default config
