// Leads the host names under winnow.test here, as a name server would.
const dns = require("node:dns");

const { lookup } = dns;
dns.lookup = (name, options, done) => {
  lookup.call(dns, name.endsWith(".winnow.test") ? "127.0.0.1" : name, options, done);
};
