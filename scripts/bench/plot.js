// The report as a picture: wall times file to file, one bar a peer, as SVG text.
import * as echarts from 'echarts';
import { findMeasurement } from './report.js';

const WIDTH = 900;
const HEIGHT = 640;
/** Told apart by those who see red and green alike: Okabe and Ito's colours. */
const COLORS = ['#0072b2', '#999999', '#56b4e9', '#009e73', '#d55e00', '#e69f00'];
/** The floors are for the tables; of the stock package the time without its imports is drawn, the fairer one. */
const NOT_DRAWN = ['no-codec', 'bare', 'stock'];
const PANELS = [
  { operation: 'compress', top: 110 },
  { operation: 'decompress', top: 390 },
];
const PANEL_HEIGHT = 190;

/** @param {import('./report.js').Report} report @returns {string} an SVG document */
export function plotReport(report) {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  try {
    chart.setOption(chartOption(report));
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

/** What is drawn. @param {import('./report.js').Report} report */
export function chartOption(report) {
  const inFiles = report.measurements.filter(({ section }) => section === 'files');
  const dataSets = report.dataSets.filter(({ id }) => inFiles.some(({ dataSet }) => dataSet === id));
  const peers = report.peers.filter(
    ({ id }) => !NOT_DRAWN.includes(id) && inFiles.some(({ peer }) => peer === id),
  );
  const secondsOf = (
    /** @type {string} */ peer,
    /** @type {string} */ dataSet,
    /** @type {any} */ operation,
  ) => {
    const row = findMeasurement(report, { section: 'files', dataSet, operation, peer });
    return row === undefined ? null : Number(row.seconds.median.toFixed(4));
  };
  return {
    animation: false,
    textStyle: { fontFamily: 'sans-serif' },
    backgroundColor: '#ffffff',
    color: COLORS,
    title: [
      {
        text: 'File to file, wall time in seconds (shorter is better)',
        left: 'center',
        textStyle: { fontSize: 16 },
      },
      ...PANELS.map(({ operation, top }) => ({
        text: operation,
        left: 60,
        top: top - 30,
        textStyle: { fontSize: 13 },
      })),
    ],
    legend: { top: 36, itemGap: 24, data: peers.map(({ label }) => label) },
    grid: PANELS.map(({ top }) => ({ left: 60, right: 20, top, height: PANEL_HEIGHT })),
    xAxis: PANELS.map((_, gridIndex) => ({
      type: 'category',
      gridIndex,
      data: dataSets.map(({ label }) => label),
      axisLabel: { interval: 0, fontSize: 10, width: WIDTH / (dataSets.length + 1), overflow: 'break' },
    })),
    yAxis: PANELS.map((_, gridIndex) => ({ type: 'value', gridIndex })),
    series: PANELS.flatMap(({ operation }, index) =>
      peers.map(({ id, label }, peerIndex) => ({
        name: label,
        type: 'bar',
        xAxisIndex: index,
        yAxisIndex: index,
        itemStyle: { color: COLORS[peerIndex % COLORS.length] },
        data: dataSets.map((dataSet) => secondsOf(id, dataSet.id, operation)),
      })),
    ),
  };
}
