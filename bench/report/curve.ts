import type { PlacedPhase } from '../quota/phase.ts';
import { countBetween, SLOT_MS, type Timeline } from '../quota/timeline.ts';

export interface CurvePanel {
  readonly title: string;
  readonly timeline: Timeline;
}

const WIDTH = 960;
const PANEL_HEIGHT = 220;
const MARGIN = { left: 56, right: 24, top: 66, bottom: 30 };
/** The time axis of one panel and the title of the next. */
const PANEL_GAP = 54;
/** Each point is the mean over so long. */
const SMOOTHED_MS = 500;
/** Above the highest quota; what is higher is cut off, for the burst at the beginning would flatten the rest. */
const HEADROOM = 1.5;
const COLOURS = { accepted: '#1a7f4b', refused: '#c62828', quota: '#444', grid: '#ddd', text: '#222' };

/**
 * Draws accepted and refused requests a second over time, a panel for each function, with the quota as a line.
 *
 * @param endMs where the time axis ends.
 */
export function drawCurves(
  title: string,
  panels: readonly CurvePanel[],
  phases: readonly PlacedPhase[],
  endMs: number,
): string {
  const height = MARGIN.top + panels.length * (PANEL_HEIGHT + PANEL_GAP) + MARGIN.bottom - PANEL_GAP;
  const mostPerSecond = HEADROOM * Math.max(...phases.map(({ perSecond }) => perSecond));
  const parts = panels.map((panel, index) => {
    const top = MARGIN.top + index * (PANEL_HEIGHT + PANEL_GAP);
    return drawPanel(panel, phases, { top, endMs, mostPerSecond });
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="12" fill="${COLOURS.text}">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${MARGIN.left}" y="18" font-size="14" font-weight="bold">${escapeXml(title)}</text>
${drawLegend()}
${parts.join('\n')}
</svg>
`;
}

interface Frame {
  readonly top: number;
  readonly endMs: number;
  readonly mostPerSecond: number;
}

function drawPanel({ title, timeline }: CurvePanel, phases: readonly PlacedPhase[], frame: Frame): string {
  const { top, endMs } = frame;
  const bottom = top + PANEL_HEIGHT;
  const quota = phases.flatMap(({ fromMs, toMs, perSecond }, index) => {
    const until = index === phases.length - 1 ? endMs : toMs;
    return [place(fromMs, perSecond, frame), place(until, perSecond, frame)];
  });
  return `<g>
${drawGrid(frame)}
<text x="${MARGIN.left}" y="${top - 10}" font-weight="bold">${escapeXml(title)}</text>
<polyline points="${quota.join(' ')}" fill="none" stroke="${COLOURS.quota}" stroke-dasharray="6 4"/>
<polyline points="${curve(timeline.accepted, frame)}" fill="none" stroke="${COLOURS.accepted}" stroke-width="1.8"/>
<polyline points="${curve(timeline.refused, frame)}" fill="none" stroke="${COLOURS.refused}" stroke-width="1.3"/>
<text x="14" y="${(top + bottom) / 2}" transform="rotate(-90 14 ${(top + bottom) / 2})" text-anchor="middle">requests/s</text>
</g>`;
}

function drawGrid(frame: Frame): string {
  const { top, endMs, mostPerSecond } = frame;
  const lines: string[] = [];
  const step = niceStep(mostPerSecond / 5);
  for (let perSecond = 0; perSecond <= mostPerSecond; perSecond += step) {
    const y = yOf(perSecond, frame);
    lines.push(
      `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y}" y2="${y}" stroke="${COLOURS.grid}"/>`,
      `<text x="${MARGIN.left - 6}" y="${y + 4}" text-anchor="end">${perSecond}</text>`,
    );
  }
  const stepSeconds = niceStep(endMs / 1000 / 8);
  for (let seconds = 0; seconds * 1000 <= endMs; seconds += stepSeconds) {
    const x = xOf(seconds * 1000, frame);
    lines.push(`<text x="${x}" y="${top + PANEL_HEIGHT + 16}" text-anchor="middle">${seconds} s</text>`);
  }
  return lines.join('\n');
}

function drawLegend(): string {
  const entries = [
    ['accepted', COLOURS.accepted, ''],
    ['answered 429', COLOURS.refused, ''],
    ['quota', COLOURS.quota, ' stroke-dasharray="6 4"'],
  ] as const;
  return entries
    .map(([label, colour, dashes], index) => {
      const x = WIDTH - MARGIN.right - 360 + index * 130;
      return `<line x1="${x}" x2="${x + 24}" y1="14" y2="14" stroke="${colour}" stroke-width="2"${dashes}/><text x="${x + 30}" y="18">${label}</text>`;
    })
    .join('\n');
}

function curve(counts: readonly number[], frame: Frame): string {
  const points: string[] = [];
  for (let at = 0; at <= frame.endMs - SMOOTHED_MS; at += SLOT_MS) {
    const perSecond = (countBetween(counts, at, at + SMOOTHED_MS) * 1000) / SMOOTHED_MS;
    points.push(place(at + SMOOTHED_MS / 2, perSecond, frame));
  }
  return points.join(' ');
}

function place(ms: number, perSecond: number, frame: Frame): string {
  return `${xOf(ms, frame).toFixed(1)},${yOf(perSecond, frame).toFixed(1)}`;
}

function xOf(ms: number, { endMs }: Frame): number {
  return MARGIN.left + (ms / endMs) * (WIDTH - MARGIN.left - MARGIN.right);
}

function yOf(perSecond: number, { top, mostPerSecond }: Frame): number {
  return top + PANEL_HEIGHT * (1 - Math.min(perSecond, mostPerSecond) / mostPerSecond);
}

/** 1, 2 or 5 times a power of ten, at least as large. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5].find((factor) => factor * power >= least) ?? 10) * power;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
