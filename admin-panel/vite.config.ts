import react from '@vitejs/plugin-react'
import { defineConfig, type UserConfig } from 'vite'

const config: UserConfig = defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  // The panel's server puts a fresh nonce here with every answer.
  html: { cspNonce: '__NONCE__' },
  build: {
    target: 'es2024',
    // A `data:` address would need its own line in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})

export default config
