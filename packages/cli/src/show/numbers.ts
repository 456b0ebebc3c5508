/** Numbers as a person reads them. */

/** `1,234,567`. */
export function thousands(value: number): string {
  return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

/** So many significant digits, without an exponent where the number is of readable size: `0.01234`, `1.2e-7`. */
export function significant(value: number, digits = 4): string {
  if (value === 0) return '0';
  const exact = String(value);
  if (Number(value.toPrecision(digits)) === value && !exact.includes('e') && exact.length <= digits + 3) return exact;
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e7) return value.toExponential(Math.min(digits - 1, 2)).replace(/\.?0+e/, 'e').replace('e+', 'e');
  return size >= 10 ** digits ? value.toFixed(0) : value.toPrecision(digits);
}

/** `1.2M`, `340k`, `17`. */
export function short(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toFixed(1)}G`;
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)}M`;
  if (value >= 1e4) return `${(value / 1e3).toFixed(0)}k`;
  return value.toFixed(0);
}

/** `0.42 s`, `12 s`, `3:07`, `1:02:07`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(seconds < 0.995 ? 2 : 1)} s`;
  if (seconds < 90) return `${seconds.toFixed(0)} s`;
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (parts[0] === 0) parts.shift();
  return parts.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

/** `13.4 MB`. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value.toFixed(unit === 0 || value >= 99.95 ? 0 : 1)} ${units[unit]}`;
}

/** `1 row`, `2 rows`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${thousands(count)} ${count === 1 ? noun : plural}`;
}
