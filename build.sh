#!/usr/bin/env bash
# The one way to build, test and measure Stillwatch. Needs the .NET 10 SDK and what every Debian or Ubuntu has
# (bash, coreutils, findutils, sed, awk); nothing else. `./build.sh help` lists the verbs.
set -uo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P) || exit 1
out=$root/out # ignored by git: logs of test runs, a home where there is none

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1
export DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_CLI_UI_LANGUAGE=en MSBUILDTERMINALLOGGER=off
if [ -z "${HOME:-}" ]; then # dotnet refuses to start without one
  mkdir -p "$out/home" && export HOME=$out/home
fi

usage() {
  cat <<'TEXT'
./build.sh demo           send a small simulated campaign through the gateway on loopback, with the console to watch it by, and print what came of it
./build.sh test           build with warnings as errors, run every test; the last line counts them
./build.sh test --full    the same with the long samples (STILLWATCH_FULL=1)
./build.sh bench NAME     run one benchmark; without NAME, list them
./build.sh build          build everything in Release
./build.sh help           this text

The tests that run published clients or read a published geo database need npm; without it they are named and skipped.
STILLWATCH_CORPUS names a folder of real prompts and traces. Without it, tests that need it are named and skipped.
TEXT
}

need_dotnet() {
  local found
  if ! command -v dotnet >/dev/null 2>&1; then
    found="dotnet was not found on the PATH."
  elif (cd "$root" && dotnet --version >/dev/null 2>&1); then
    return 0
  else
    found="the SDKs that dotnet finds here are: $(dotnet --list-sdks 2>/dev/null | awk '{ printf "%s%s", (NR > 1 ? ", " : ""), $1 }')."
  fi
  cat >&2 <<TEXT
Stillwatch needs the .NET SDK 10.0; $found
Install it, then run the command again:
  sudo apt-get update && sudo apt-get install -y dotnet-sdk-10.0     (Ubuntu 24.04 and later, or Debian with Microsoft's feed)
  or follow https://dotnet.microsoft.com/download/dotnet/10.0        (any other machine; no root needed)
If it is installed elsewhere, put its folder on the PATH: export PATH="\$HOME/.dotnet:\$PATH"
TEXT
  return 1
}

# build TARGET: Release; with CI=true no compiler or build server stays behind to hold the job open.
build() {
  local stays=()
  if [ "${CI:-}" = true ]; then stays=(-p:UseSharedCompilation=false); fi
  dotnet build "$1" -c Release -v minimal -nodeReuse:false ${stays[@]+"${stays[@]}"} </dev/null
}

# The main program, built when it is missing or when a source is newer than the last good build. Talks to stderr only:
# stdout belongs to the program.
build_main() {
  local bin=$root/src/Stillwatch/bin/Release stamp newer
  stamp=$bin/built.stamp
  if [ -f "$stamp" ] && [ -f "$bin/net10.0/stillwatch.dll" ]; then
    newer=$(find "$root/src" "$root/global.json" "$root/Directory.Build.props" "$root/Directory.Packages.props" \
      \( -name bin -o -name obj \) -prune -o -type f -newer "$stamp" -print -quit)
    if [ -z "$newer" ]; then return 0; fi
  fi
  mkdir -p "$bin" || return 1
  (
    # Two launchers at once would write the same files: the second waits, then finds the work done or repeats a no-op.
    if command -v flock >/dev/null 2>&1; then flock 9; fi
    echo "Building stillwatch (Release)..." >&2
    touch "$stamp.new" # before the build: what changes while it runs is newer
    build "$root/src/Stillwatch" >"$bin/build.log" 2>&1 || {
      rm -f "$stamp.new"
      cat "$bin/build.log" >&2
      echo "The build failed; the lines above say why." >&2
      exit 1
    }
    mv "$stamp.new" "$stamp"
  ) 9>"$bin/build.lock"
}

# run_project CSPROJ: runs one test executable, shows its progress, leaves its log in $out/tests and adds to the sums.
passed=0 failed=0 skipped=0
field() { # NAME: its number in the summary line; 0 where the line leaves it out
  local number
  number=$(sed -n "s/^.*$1: *\([0-9]*\).*$/\1/p" <<<"$summary")
  echo "${number:-0}"
}
run_project() {
  local name dll log status line summary total errors fails skips unrun
  name=$(basename "$1" .csproj)
  dll=$(dirname "$1")/bin/Release/net10.0/$name.dll
  log=$out/tests/$name.log
  echo
  echo "== $name"
  NO_COLOR=1 dotnet "$dll" -noColor -noLogo -noAutoReporters -reporter verbose </dev/null 2>&1 |
    sed -u 's/\x1b\[[0-9;]*[A-Za-z]//g; s/\r$//' | tee "$log" |
    while IFS= read -r line; do
      case $line in
        *' [STARTING]') ;;
        *' [FINISHED] Time: '*) printf '  %s\n' "$(printf '%s' "$line" | sed 's/^ *//; s/ \[FINISHED\] Time: / /')" ;;
        *) printf '%s\n' "$line" ;;
      esac
    done
  status=${PIPESTATUS[0]}

  summary=$(grep -E "Total: [0-9]+" "$log" | tail -n 1)
  if [ -z "$summary" ]; then
    echo "    $name [FAIL]" >>"$log"
    echo "      ended with code $status before its summary: the process died or could not start" >>"$log"
    failed=$((failed + 1))
    return
  fi
  total=$(field Total) errors=$(field Errors) fails=$(field Failed) skips=$(field Skipped) unrun=$(field "Not Run")
  if [ $((total - unrun)) -eq 0 ]; then
    echo "    $name [FAIL]" >>"$log"
    echo "      ran no test" >>"$log"
    errors=$((errors + 1))
  elif [ "$status" -ne 0 ] && [ $((errors + fails)) -eq 0 ]; then
    echo "    $name [FAIL]" >>"$log"
    echo "      every test passed, yet the process ended with code $status" >>"$log"
    errors=1
  fi
  passed=$((passed + total - fails - skips - unrun))
  failed=$((failed + fails + errors))
  skipped=$((skipped + skips))
}

# name_them MARK TITLE: what the logs say under each test that carries the mark, message included.
name_them() {
  awk -v mark="$1" -v title="$2" '
    function heading() { if (!told) { print ""; print title; told = 1 } }
    {
      at = index($0, " [" mark "]")
      if (at > 0 && $0 !~ /^      /) { heading(); sub(/^ */, ""); print "  " $0; open = 1; next }
      if ($0 !~ /^      / && $0 !~ /^$/) { open = 0 }
      if (open) { print "  " $0 }
    }' "$out"/tests/*.log
}

# What tests use of npm, as the folder's package-lock.json pins it; installed again only when that changed.
# Without npm the tests are skipped with a reason, except in continuous integration, where those of the clients fail.
install_npm() {
  local folder=$root/tests/$1 what=$2 size=$3 stamp log=$out/$1.log
  stamp=$folder/node_modules/.installed
  if [ -f "$stamp" ] && cmp -s "$folder/package-lock.json" "$stamp"; then return 0; fi
  if ! command -v npm >/dev/null 2>&1; then
    echo "npm was not found, so the tests that use $what are skipped"
    return 0
  fi
  echo "npm ci in tests/$1 ($what, about $size)..."
  mkdir -p "$out" || return 1
  if (cd "$folder" && npm ci) >"$log" 2>&1 </dev/null && cp "$folder/package-lock.json" "$stamp"; then return 0; fi
  rm -rf "$folder/node_modules" # half of it would fail in ways that say nothing
  echo "npm ci in tests/$1 failed; $log says why. The tests that use $what are skipped"
}

# The browser of the console's tests: Debian's package. Whoever is not root, or has no apt, is told, and the tests are skipped; in
# continuous integration they fail instead.
install_chromium() {
  if command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1; then return 0; fi
  if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" -ne 0 ]; then
    echo "chromium was not found, and only root can install it (apt-get install chromium), so the tests that use a browser are skipped"
    return 0
  fi
  echo "apt-get install chromium (120 MB)..."
  mkdir -p "$out" || return 1
  (apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium) >"$out/chromium.log" 2>&1 </dev/null ||
    echo "chromium could not be installed; $out/chromium.log says why. The tests that use a browser are skipped"
}

run_tests() {
  if [ "${1:-}" = --full ]; then export STILLWATCH_FULL=1; fi
  if [ -z "${STILLWATCH_CORPUS:-}" ] && [ -d "$root/../shared/data/dev" ]; then
    STILLWATCH_CORPUS=$(cd -- "$root/../shared/data/dev" && pwd -P)
    export STILLWATCH_CORPUS
  fi
  echo "Real data: ${STILLWATCH_CORPUS:-none (STILLWATCH_CORPUS is not set): the tests that need them are skipped}"
  rm -rf "$out/tests"
  mkdir -p "$out/tests" || return 1
  if ! build "$root/Stillwatch.slnx"; then
    echo
    echo "The build failed; no test ran."
    echo "0 passed, 1 failed, 0 skipped"
    return 1
  fi
  install_npm clients "published clients" "700 MB, under a minute on a good line"
  install_npm geo "a published geo database" "15 MB"
  install_npm console "a browser" "10 MB"
  install_chromium
  local project
  for project in "$root"/tests/*/*.csproj; do
    [ -f "$project" ] || continue
    run_project "$project"
  done
  name_them SKIP "Skipped:"
  name_them FAIL "Failed:"
  echo
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

bench() {
  build "$root/bench/Stillwatch.Benchmarks" >&2 || return 1
  dotnet "$root/bench/Stillwatch.Benchmarks/bin/Release/net10.0/Stillwatch.Benchmarks.dll" "$@"
}

verb=${1:-help}
[ $# -gt 0 ] && shift
case $verb in
  help | -h | --help) usage ;;
  demo) need_dotnet && exec "$root/stillwatch" demo "$@" ;;
  test)
    case "$#:${1:-}" in
      0:) ;;
      1:--full) ;;
      *)
        echo "build.sh test knows only --full; got: $*" >&2
        exit 2
        ;;
    esac
    need_dotnet && run_tests "$@"
    ;;
  bench) need_dotnet && bench "$@" ;;
  build) need_dotnet && build "$root/Stillwatch.slnx" ;;
  launcher) need_dotnet && build_main ;; # for ./stillwatch
  *)
    echo "build.sh does not know '$verb'. It knows:" >&2
    usage >&2
    exit 2
    ;;
esac
