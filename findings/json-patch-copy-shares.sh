#!/bin/bash
# Four libraries of npm on JSON patches. json8-patch 1.0.6: after a copy, a change of the copy changes the original too.
# immutable-json-patch 6.0.3: a test of an object fails where its members are in another order; adding at index 9 of a list of three, or
# removing what is not there, is no error. rfc6902 5.4.0: to add the whole document (the path "") is an error, and to replace /list/01 says
# that it is done and changes nothing. fast-json-patch 3.1.1 does each as RFC 6902 says.
# Seen:  in the order json8-patch, immutable-json-patch, rfc6902, fast-json-patch: copy and change: the original changes, not, not, not;
#        test: done, error, done, done; whole document: done, done, error, done; index 9: error, appended, error, error; /list/01: error,
#        nothing, nothing, error; remove: error, nothing, error, error
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }

install npm install --silent json8-patch@1.0.6 immutable-json-patch@6.0.3 rfc6902@5.4.0 fast-json-patch@3.1.1
cat > patch.mjs <<'CODE'
import json8 from "json8-patch"; import { immutableJSONPatch } from "immutable-json-patch"; import { applyPatch } from "rfc6902";
import fast from "fast-json-patch";
const raise = results => { const error = results.find(result => result); if (error) throw error; };
const libraries = [(document, patch) => json8.apply(document, patch).doc, immutableJSONPatch,
  (document, patch) => (raise(applyPatch(document, patch)), document),
  (document, patch) => fast.applyPatch(document, patch, true).newDocument];
const patches = {
  copy: [{ op: "copy", from: "/one", path: "/two" }, { op: "replace", path: "/two/a", value: 5 }],
  test: [{ op: "test", path: "/one", value: { b: 2, a: 1 } }],
  whole: [{ op: "add", path: "", value: { new: true } }],
  end: [{ op: "add", path: "/list/3", value: "x" }],
  index9: [{ op: "add", path: "/list/9", value: "x" }],
  index01: [{ op: "replace", path: "/list/01", value: "x" }],
  remove: [{ op: "remove", path: "/none" }],
};
const attempt = (library, patch) => {
  try { return JSON.stringify(library({ one: { a: 1, b: 2 }, list: [1, 2, 3] }, patch)); } catch { return "error"; }
};
console.log(libraries.map(library => attempt(library, patches[process.argv[2]])).join(" "));
CODE
four() { same "$1" "$(node patch.mjs "$1")" "$2 $3 $4 $5"; }
unchanged='{"one":{"a":1,"b":2},"list":[1,2,3]}'
copied='{"one":{"a":1,"b":2},"list":[1,2,3],"two":{"a":5,"b":2}}'; added='{"one":{"a":1,"b":2},"list":[1,2,3,"x"]}'
four copy '{"one":{"a":5,"b":2},"list":[1,2,3],"two":{"a":5,"b":2}}' "$copied" "$copied" "$copied"
four test "$unchanged" error "$unchanged" "$unchanged"
four whole '{"new":true}' '{"new":true}' error '{"new":true}'
four end "$added" "$added" "$added" "$added"
four index9 error "$added" error error
four index01 error "$unchanged" "$unchanged" error
four remove error "$unchanged" error error
