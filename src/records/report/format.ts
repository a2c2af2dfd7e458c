/**
 * Figures as people read them. The report's own script uses these functions too, as source text, so each must
 * stand alone: no imports, no helpers outside.
 */

/** 1234567 becomes "1.23 MB". */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? Math.round(value) : Number(value.toPrecision(3))} ${units[unit]}`;
}

/** 0.1234 becomes "0.123 s", 75 becomes "1 min 15 s", 7300 becomes "2 h 2 min". */
export function formatSeconds(seconds: number): string {
  if (seconds < 59.95) return `${Number(seconds.toPrecision(3))} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min${whole % 60 ? ` ${whole % 60} s` : ""}`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h${minutes % 60 ? ` ${minutes % 60} min` : ""}`;
}

/** 0.98765 becomes "98.77 %". */
export function formatPercent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

/** 1234567.8912 becomes "1,234,567.9"; small numbers keep four digits, and huge ones are "1.23e+21". */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (value !== 0 && (size < 0.001 || size >= 1e15)) return value.toPrecision(3);
  return value.toLocaleString("en-US", { maximumFractionDigits: size >= 1000 ? 1 : 4 });
}
