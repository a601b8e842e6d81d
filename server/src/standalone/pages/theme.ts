/** The colours of UX.md's amber family. Text reaches 4.5:1, controls and focus rings 3:1. */
export const theme = `:root {
  color-scheme: light dark;
  --ground: #f8f5ef;
  --glow: #ffecc4;
  --card: #fff;
  --line: #e7dfd2;
  --text: #211a10;
  --muted: #665b4b;
  --control: #8b7f6d;
  --hover: #f6f1e8;
  --amber: #ffbf47;
  --amber-hover: #ffb224;
  --amber-line: #c27d12;
  --on-amber: #1a1200;
  --ring: #8a4b00;
  --tick: #8a4b00;
  --warning: #a51d00;
  --warning-ground: #ffeeea;
  --shadow: 0 1px 2px rgb(60 40 0 / 6%), 0 12px 32px -8px rgb(60 40 0 / 14%);
}

@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14110c;
    --glow: #2d2312;
    --card: #1e1a14;
    --line: #3a3327;
    --text: #f4efe6;
    --muted: #b8ad9b;
    --control: #8d816e;
    --hover: #241f17;
    --amber-hover: #ffcb69;
    --amber-line: #ffbf47;
    --ring: #ffbf47;
    --tick: #ffbf47;
    --warning: #ffb4a3;
    --warning-ground: #3d1710;
    --shadow: 0 12px 32px -8px rgb(0 0 0 / 50%);
  }
}
`
