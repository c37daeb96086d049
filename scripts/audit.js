// `npm run audit`: asks the registry for known vulnerabilities in what ships, and tolerates none. Exit code 0: there are none;
// 1: there are, each named; 2: the registry could not be asked, which says nothing of the packages.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** @typedef {{ exitCode: 0 | 1 | 2, lines: string[] }} Verdict */

/** What the answer of `npm audit --json` comes to.
 * @param {string} stdout @param {string} stderr @returns {Verdict} */
export function judgeAudit(stdout, stderr) {
  let report;
  try {
    report = JSON.parse(stdout);
  } catch {
    return notAsked(stderr.trim() || 'npm gave no answer');
  }
  const total = report.metadata?.vulnerabilities?.total;
  if (report.error !== undefined || typeof total !== 'number') {
    return notAsked([report.message, report.error?.summary, report.error?.detail].filter(Boolean).join(' '));
  }
  const found = Object.values(report.vulnerabilities ?? {});
  if (total === 0 && found.length === 0) {
    const packageCount = report.metadata.dependencies?.prod;
    return {
      exitCode: 0,
      lines: [`audit: no known vulnerability in the ${packageCount} packages that ship`],
    };
  }
  return { exitCode: 1, lines: found.map(describe) };
}

/** @param {string} why @returns {Verdict} */
function notAsked(why) {
  return {
    exitCode: 2,
    lines: [`audit: NOT DONE, the registry could not be asked: ${why || 'no reason given'}`],
  };
}

/** @param {{ name: string, severity: string, range: string, via: (string | { title?: string, url?: string })[] }} found */
function describe({ name, severity, range, via }) {
  const reasons = via.map((each) =>
    typeof each === 'string' ? `through ${each}` : `${each.title} ${each.url ?? ''}`,
  );
  return `audit: ${severity}: ${name} ${range}: ${reasons.join('; ').trim()}`;
}

/** @param {string[]} more arguments for npm @param {NodeJS.ProcessEnv} [env] @returns {Verdict} */
export function audit(more = [], env = process.env) {
  // What is installed may differ between machines; the lock file is what a release is made from.
  const args = ['audit', '--omit=dev', '--package-lock-only', '--json', '--audit-level=none', ...more];
  const { stdout, stderr, error } = spawnSync('npm', args, { cwd: root, encoding: 'utf8', env });
  return error ? notAsked(error.message) : judgeAudit(stdout, stderr);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { exitCode, lines } = audit();
  for (const line of lines) console.log(line);
  process.exitCode = exitCode;
}
