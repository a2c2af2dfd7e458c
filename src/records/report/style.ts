/** The report's style sheet: light, dark, phone and paper. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #f4f6f9; --card: #ffffff; --text: #1c232d; --soft: #5b6675; --line: #dde3ea; --accent: #2368a8;
  --good: #157f5f; --bad: #b02a4c; --warn: #8f6500;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1318; --card: #171c23; --text: #e8edf3; --soft: #9aa6b5; --line: #2b333d; --accent: #7cb8ec;
    --good: #52c9a3; --bad: #f2839d; --warn: #e8bb4a;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Open Sans", sans-serif;
}
main, header, footer { max-width: 1120px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 32px; }
header p, .note, footer { color: var(--soft); }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 6px; overflow-wrap: anywhere; letter-spacing: -0.01em; }
h2 { font-size: 1.15rem; margin: 0 0 4px; }
h3 { font-size: 1rem; margin: 20px 0 4px; overflow-wrap: anywhere; }
p { margin: 0 0 10px; }
.note { font-size: 0.9rem; max-width: 75ch; }
.state { display: inline-block; padding: 1px 10px; border: 1px solid currentColor; border-radius: 99px; font-size: 0.85rem; font-weight: 600; }
.finished { color: var(--good); } .failed { color: var(--bad); } .unfinished { color: var(--warn); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 20px; margin: 16px 0; min-width: 0; }
section.bare { background: none; border: 0; padding: 0; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 16px; margin: 16px 0; }
.pair > section { margin: 0; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 12px; margin: 20px 0 16px; padding: 0; }
.cards > div { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 12px; }
.cards dt { color: var(--soft); font-size: 0.85rem; }
.cards dd { margin: 0; font-size: 0.85rem; color: var(--soft); }
.cards dd.figure { color: var(--text); font-size: 1.1rem; line-height: 1.45; letter-spacing: -0.01em; font-weight: 650; font-variant-numeric: tabular-nums; }
.chart { width: 100%; }
.controls { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center; margin: 10px 0 4px; }
.controls input[type="range"] { flex: 1 1 160px; min-width: 120px; accent-color: var(--accent); height: 32px; }
button, select {
  font: inherit; color: var(--text); background: var(--page); border: 1px solid var(--line); border-radius: 8px; padding: 5px 12px; min-height: 36px;
}
button:hover, select:hover { border-color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.scroll { overflow-x: auto; max-height: 480px; overflow-y: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.88rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: 10px 0 4px; }
th, td { text-align: left; padding: 5px 10px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
table.figures th, table.figures td { text-align: right; white-space: nowrap; }
table.figures thead th { white-space: normal; vertical-align: bottom; }
table.figures th:first-child, table.figures td:first-child { text-align: left; }
th.figure, td.figure { text-align: right; white-space: nowrap; }
thead th { color: var(--soft); font-weight: 600; position: sticky; top: 0; background: var(--card); }
.facts th { color: var(--soft); font-weight: 500; white-space: nowrap; width: 1%; padding-right: 24px; }
.facts td, td.text { overflow-wrap: anywhere; }
.sights { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 270px), 1fr)); gap: 12px; margin: 12px 0; }
.sights > div { border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; min-width: 0; }
.sights h3 { margin: 0; }
.sights dl { margin: 0; font-size: 0.92rem; }
.sights dt { color: var(--soft); font-size: 0.85rem; font-weight: 600; margin-top: 10px; }
.sights dd { margin: 4px 0 0; padding-left: 14px; text-indent: -14px; }
.sights dd::before { content: "•"; display: inline-block; width: 14px; text-indent: 0; color: var(--soft); }
ul.note { padding-left: 18px; }
details { margin-top: 8px; }
summary { cursor: pointer; color: var(--accent); font-size: 0.9rem; padding: 4px 0; }
pre {
  margin: 8px 0 0; padding: 14px 16px; background: var(--page); border: 1px solid var(--line); border-radius: 8px;
  overflow: auto; font: 0.85rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; tab-size: 2;
}
footer { padding-top: 8px; padding-bottom: 40px; font-size: 0.85rem; }
@media (max-width: 560px) {
  main, header, footer { padding-left: 12px; padding-right: 12px; }
  header { padding-top: 20px; }
  section { padding: 14px 12px; }
  .cards { grid-template-columns: 1fr 1fr; gap: 8px; }
  .cards > div { padding: 10px 12px; }
    .facts th { white-space: normal; width: 40%; padding-right: 12px; }
}
@media print {
  :root {
    color-scheme: light;
    --page: #ffffff; --card: #ffffff; --text: #000000; --soft: #444444; --line: #cccccc; --accent: #000000;
    --good: #000000; --bad: #000000; --warn: #000000;
  }
  body { font-size: 11pt; }
  main, header, footer { max-width: none; padding: 0; }
  section, .cards > div { border-radius: 0; }
  section.keep, .chart, .cards > div { break-inside: avoid; }
  .controls, details:not([open]) { display: none; }
  .scroll, pre { max-height: none; overflow: visible; white-space: pre-wrap; }
}
`;
