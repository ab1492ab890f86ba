// What the browser gives, taken once at the start and only where it is the browser's own: pages replace things.

import { written } from "./json.js";
import { readJson } from "./natives.js";

const sourceOf = Function.prototype.toString;

const isNative = (candidate: unknown): boolean =>
  typeof candidate === "function" && /\[native code\]/.test(sourceOf.call(candidate));

const Request = isNative(self.XMLHttpRequest) || !isNative(self.fetch) ? self.XMLHttpRequest : undefined;
const fetching = isNative(self.fetch) ? self.fetch.bind(self) : undefined;
const later = self.setTimeout.bind(self);
const now = Date.now.bind(Date);

/** An answer of the server; status 0 where there was none in time. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly waitSeconds: number;
}

const NONE: Answer = { status: 0, body: undefined, waitSeconds: 0 };
const TIMEOUT_MS = 10_000;

const parsed = (text: string): unknown => {
  try {
    return readJson(text);
  } catch {
    return undefined;
  }
};

const byRequest = (method: string, url: string, body: string | undefined): Promise<Answer> =>
  new Promise((resolve) => {
    if (!Request) return resolve(NONE);
    const request = new Request();
    request.open(method, url);
    request.timeout = TIMEOUT_MS;
    request.onload = () =>
      resolve({
        status: request.status,
        body: parsed(request.responseText),
        waitSeconds: Number(request.getResponseHeader("retry-after")) || 0,
      });
    request.onerror = request.ontimeout = request.onabort = () => resolve(NONE);
    request.send(body);
  });

const byFetch = async (method: string, url: string, body: string | undefined): Promise<Answer> => {
  if (!fetching) return NONE;
  const deadline = new AbortController();
  const timer = later(() => deadline.abort(), TIMEOUT_MS);
  const answer = await fetching(url, { method, body: body ?? null, credentials: "omit", signal: deadline.signal });
  const text = await answer.text();
  clearTimeout(timer);
  const waitSeconds = Number(answer.headers.get("retry-after")) || 0;
  return { status: answer.status, body: parsed(text), waitSeconds };
};

/** Ask the server. Never throws; sends text/plain, which spares a request that asks for permission. */
export const ask = async (method: "GET" | "POST", url: string, value?: unknown): Promise<Answer> => {
  try {
    return await (Request ? byRequest : byFetch)(method, url, value === undefined ? undefined : written(value));
  } catch {
    return NONE;
  }
};

/** Tell the server something that may be lost, also while the page is being left. */
export const tell = (url: string, value: unknown): void => {
  const body = written(value);
  try {
    if (fetching) fetching(url, { method: "POST", body, credentials: "omit", keepalive: true }).catch(() => undefined);
    else void byRequest("POST", url, body);
  } catch {
    // nothing hangs on it
  }
};

/** A random id (UUID version 4), also on pages without https. */
export const newId = (): string => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 15) | 64;
  bytes[8] = ((bytes[8] ?? 0) & 63) | 128;
  let hex = "";
  for (let place = 0; place < 16; place += 1) hex += (256 + (bytes[place] ?? 0)).toString(16).slice(1);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
};

export { later, now };
