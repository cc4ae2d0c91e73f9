// For each URL of a JSON list on standard input: the host that a browser arrives at, or null.
import { text } from "node:stream/consumers";

const hosts = JSON.parse(await text(process.stdin)).map((url) => {
  try {
    const { protocol, host } = new URL(url);
    return /^https?:$/.test(protocol) ? host : null;
  } catch {
    return null;
  }
});
console.log(JSON.stringify(hosts));
