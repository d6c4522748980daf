import react from '@vitejs/plugin-react'
import { loadEnv } from 'vite'
import { defineConfig } from 'vitest/config'

export default defineConfig(({ mode }) => {
  const server = loadEnv(mode, '.', 'REEVE_').REEVE_URL ?? 'http://127.0.0.1:4200'
  return {
    // addresses in index.html are relative to its <base>, which the server sets to where the console is mounted
    base: './',
    plugins: [react()],
    server: { host: '127.0.0.1', proxy: { '/api': { target: server, changeOrigin: true } } },
    build: {
      outDir: '../src/Reeve.Server/Console/dist',
      emptyOutDir: true,
      // an inlined asset would be a data: address or an inline script, which the content security policy refuses
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: true,
    },
    test: { include: ['src/**/*.test.ts'], environment: 'node' },
  }
})
