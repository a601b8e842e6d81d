import type { CSSVariablesResolver, MantineColorsTuple, MantineThemeOverride } from '@mantine/core'
import { createTheme, Drawer, Modal } from '@mantine/core'

/** Index 8 is the amber that the banner and the issuer's pages use, 9 the brown for text. */
const amber: MantineColorsTuple = [
  '#fff8e8',
  '#fff1d6',
  '#ffe7b8',
  '#ffdd9b',
  '#ffcb69',
  '#ffc85e',
  '#ffc453',
  '#ffc14c',
  '#ffbf47',
  '#7a4300',
]

const gray: MantineColorsTuple = [
  '#faf8f4',
  '#f4f0e8',
  '#ebe5da',
  '#e3dccf',
  '#cfc6b6',
  '#b3a897',
  '#8b7f6d',
  '#665b4b',
  '#453c2f',
  '#2c251b',
]

const dark: MantineColorsTuple = [
  '#f4efe6',
  '#d9d1c3',
  '#b8ad9b',
  '#9b8f7d',
  '#4a4236',
  '#332d23',
  '#262119',
  '#1c1812',
  '#14110c',
  '#0e0c08',
]

/** The head of a dialog is a `header` element, but not the banner of the page. */
const dialog = { attributes: { header: { role: 'presentation' } } }

export const theme: MantineThemeOverride = createTheme({
  primaryColor: 'amber',
  colors: { amber, gray, dark },
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  black: '#211a10',
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'Cascadia Code', Menlo, Consolas, monospace",
  headings: { fontWeight: '650' },
  components: {
    Modal: Modal.extend({ defaultProps: dialog }),
    Drawer: Drawer.extend({ defaultProps: dialog }),
  },
})

/** Darkens, and in dark lightens, what would fall below 4.5:1. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {
    '--mantine-color-disabled-color': 'var(--mantine-color-dimmed)',
  },
  light: {
    '--mantine-color-amber-filled-hover': '#ffb224',
    '--mantine-color-anchor': '#8a4b00',
    '--mantine-color-amber-text': '#8a4b00',
    '--mantine-color-amber-outline': '#8a4b00',
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-placeholder': 'var(--mantine-color-gray-7)',
    '--mantine-color-error': '#a51d00',
    '--mantine-color-default-border': 'var(--mantine-color-gray-4)',
    '--mantine-color-disabled-color': 'var(--mantine-color-gray-7)',
    '--mantine-color-red-light-color': '#8f1a00',
    '--mantine-color-green-light-color': '#1c5e2a',
    '--mantine-color-blue-light-color': '#124a80',
    '--mantine-color-orange-light-color': '#7a3600',
    '--panel-ground': '#f8f5ef',
    '--panel-card': '#ffffff',
    '--panel-line': '#e7dfd2',
    '--panel-hover': '#faf7f1',
  },
  dark: {
    '--mantine-color-amber-filled-hover': '#ffb224',
    '--mantine-color-anchor': '#ffbf47',
    '--mantine-color-dimmed': 'var(--mantine-color-dark-2)',
    '--mantine-color-placeholder': 'var(--mantine-color-dark-2)',
    '--mantine-color-error': '#ffb4a3',
    '--mantine-color-disabled-color': 'var(--mantine-color-dark-2)',
    '--panel-ground': '#14110c',
    '--panel-card': '#1c1812',
    '--panel-line': '#332d23',
    '--panel-hover': '#221d16',
  },
})
