#!/usr/bin/env bash
# Checks the backend `cuda` on a real GPU: conformance, replays, verify, a study twice, compare, speed and memory beside PyTorch, compute-sanitizer. One command, one table.
#
#   backend-cuda/device-check.sh pack       with a JDK 25 and Maven: puts a small Java runtime and Fluxo's jars into .device/device.tar.xz (git ignores the folder)
#   backend-cuda/device-check.sh            on the machine with the GPU: needs that archive and CUDA's libraries, and neither Java nor a network
#   backend-cuda/device-check.sh --dry-run  the same at small sizes on the emulated GPU, which the tests of backend-cuda build, from an empty environment
#
# Options of the second: --budget SECONDS (540), --small (small sizes), --backend NAME (cuda), --python PYTHON (the first python3 that has torch).
# Results are written as they come to $OUT, or out/device-check: table.md, table.json, conformance.txt, bench.jsonl and log.txt, which holds what every step printed.
# A step that fails, runs out of time or cannot run is a line of the table, and the others go on. Exit status: 0 where nothing failed, 1 where something did, ran out of time or was left out since the budget was spent, 3 without a GPU.
set -uo pipefail
home="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)"
archive="$home/.device/device.tar.xz"

say() { echo "device-check: $1" >&2; }

# ---- pack

most=$((64 << 20)) # bytes that travel: the files of the tree and the archive

pack() (
  set -e
  cd "$home"
  device="$(mktemp -d)"
  trap 'rm -rf "$device"' EXIT
  jdk="$(./fluxo jdk)"
  maven="$(command -v mvn || echo ./mvnw)"
  export JAVA_HOME="$jdk"
  say "building with $jdk"
  mkdir -p "$device/lib" "$device/test" "$(dirname "$archive")"
  "$maven" -q -B -ntp -DskipTests package
  cp experiments/target/fluxo-experiments.jar experiments/target/lib/*.jar "$device/lib/"
  # the tokenizers' native code is for other jobs; of ECharts, reports embed one file
  rm -f "$device"/lib/tokenizers-*.jar
  only "$device"/lib/echarts-*.jar dist/echarts.min.js
  for module in core backend-cuda; do (cd "$module/target/test-classes" && "$jdk/bin/jar" -c -f "$device/test/$module-tests.jar" .); done
  "$maven" -q -B -ntp -DskipTests -pl core,backend-cuda package dependency:copy-dependencies -DincludeScope=test \
    -DexcludeGroupIds=org.nd4j,org.bytedeco,io.fluxo,com.tngtech.archunit,net.bytebuddy,tools.jackson.core,com.fasterxml.jackson.core -DoutputDirectory="$device/test"
  # what jdeps finds in these jars; java.desktop, java.sql and java.compiler are named there too, by code that is not run
  "$jdk/bin/jlink" --add-modules java.base,java.logging,java.management,java.naming,java.xml,jdk.incubator.vector,jdk.management,jdk.unsupported,jdk.zipfs \
    --compress zip-0 --strip-debug --no-header-files --no-man-pages --vm server --output "$device/jre"
  rm -f "$device"/jre/lib/server/*.jsa
  ! command -v strip >/dev/null || find "$device/jre" -name '*.so' -exec strip --strip-unneeded {} +
  "$device/jre/bin/java" --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED -Dfluxo.home="$device" -Xlog:disable -cp "$device/lib/*" \
    io.fluxo.experiments.main.Main backends >/dev/null 2>&1 || { say "the packed program does not start"; exit 1; }
  tar -C "$device" -cJf "$archive" jre lib test # one compression of everything is smaller than one of each part
  packed="$(wc -c <"$archive")"
  tree="$(git ls-files -z | xargs -0 cat | wc -c)"
  say "unpacked: runtime $(du -sm "$device/jre" | cut -f1) MB, program $(du -sm "$device/lib" | cut -f1) MB, tests $(du -sm "$device/test" | cut -f1) MB"
  say "$archive: $((packed >> 20)) MiB; with the files of the tree $(((packed + tree) >> 20)) MiB of $((most >> 20))"
  [ $((packed + tree)) -le "$most" ] || { say "that is too much to travel"; exit 1; }
)

# only JAR FILE: leaves nothing but the files of that name in the jar.
only() {
  local folder
  folder="$(mktemp -d)"
  (cd "$folder" && "$JAVA_HOME/bin/jar" -x -f "$1" && find . -type f ! -path "*/$2" -delete && "$JAVA_HOME/bin/jar" -c -f "$1" .)
  rm -rf "$folder"
}

# ---- one step after the other

left() { echo $((budget - SECONDS)); }

# step NAME LIMIT COMMAND…: within its limit, and within the budget but for what is reserved. Its output is $work/NAME.log, and a part of log.txt. Sets status and took.
step() {
  local name="$1" limit="$2" began=$SECONDS most
  shift 2
  most=$(($(left) - reserved))
  [ "$most" -ge "$limit" ] || limit="$most"
  took=0
  : >"$work/$name.log"
  if [ "$limit" -lt 2 ]; then status=left-out; return; fi
  (cd "$state" && exec timeout --kill-after=5 "$limit" "$@") </dev/null >"$work/$name.log" 2>&1
  status=$?
  took=$((SECONDS - began))
  { echo "==== $name, $took s, status $status"; cat "$work/$name.log"; } >>"$out/log.txt"
}

# Why a step is not as it should be: in one line.
reason() {
  case "$status" in
    left-out) echo "left out: the budget of $budget s is spent" ;;
    124 | 137) echo "out of time after $took s" ;;
    *) echo "FAILED with status $status: $(last "$1")" ;;
  esac
}

# The last line of a step that says something.
last() { tr '\r' '\n' <"$work/$1.log" | grep -v '^[[:space:]]*$' | tail -n 1 | cut -c1-200; }

# row CHECK WHAT MEASURED BESIDE VERDICT
row() {
  printf '%s\t%s\t%s\t%s\t%s\n' "$@" >>"$work/rows"
  say "$1: $2: $3${4:+ ($4)}: $5"
  write_table
}

# checked NAME CHECK WHAT [DETAILS]: the row of a step that passes or fails.
checked() {
  if [ "$status" = 0 ]; then row "$2" "$3" "${4:-$(last "$1")}" "" "passed, $took s"; else row "$2" "$3" "" "" "$(reason "$1")"; fi
}

# named NAME CHECK PATTERN: a row for each line of a failed step that says what failed, up to ten.
named() {
  [ "$status" = 1 ] || return 0
  grep -- "$3" "$work/$1.log" | sed 's/^[[:space:]]*//' | head -n 10 | cut -c1-200 >"$work/named"
  while IFS= read -r line; do row "$2" "failed" "$line" "" FAILED; done <"$work/named"
}

write_table() {
  {
    echo "$title"
    echo
    echo '| check | what | measured | beside | verdict |'
    echo '|---|---|---|---|---|'
    awk -F '\t' '{ gsub(/\|/, "/"); print "| " $1 " | " $2 " | " $3 " | " $4 " | " $5 " |" }' "$work/rows"
  } >"$out/table.md"
  awk -F '\t' -v title="$title" '
    function quoted(s) { gsub(/\\/, "\\\\", s); gsub(/"/, "\\\"", s); gsub(/[[:cntrl:]]/, " ", s); return "\"" s "\"" }
    BEGIN { printf "{\n  \"title\": %s,\n  \"rows\": [", quoted(title) }
    { printf "%s\n    {\"check\": %s, \"what\": %s, \"measured\": %s, \"beside\": %s, \"verdict\": %s}", (NR > 1 ? "," : ""), quoted($1), quoted($2), quoted($3), quoted($4), quoted($5) }
    END { print "\n  ]\n}" }' "$work/rows" >"$out/table.json"
}

# ---- the checks

conformance() {
  local found="$state/target/conformance-$backend-f32.txt"
  rm -f "$found"
  step conformance 150 "${tests[@]}" io.fluxo.cuda.engine.CudaDeviceTest
  if [ ! -f "$found" ]; then checked conformance conformance "all sections"; return; fi
  cp "$found" "$out/conformance.txt"
  # the columns of the suite's table: an operation, or the section of checks that are about none; then passed/asked
  awk '
    function add(section, share, parts) { if (split(share, parts, "/") == 2) { passed[section] += parts[1]; asked[section] += parts[2] } }
    /^$/ { exit }
    NR > 2 {
      subject = substr($0, 3, 16); gsub(/ /, "", subject)
      if (subject ~ /^(differentiation|independence|scopes|updates|messages)$/) { add(subject, substr($0, 20, 9)); next }
      add("values", substr($0, 20, 9)); add("gradients", substr($0, 30, 10)); add("kernels beside compositions", substr($0, 41, 8))
    }
    BEGIN { n = split("values,gradients,kernels beside compositions,differentiation,independence,scopes,updates,messages", order, ",") }
    END { for (i = 1; i <= n; i++) print order[i] "\t" passed[order[i]] + 0 "\t" asked[order[i]] - passed[order[i]] }' "$found" >"$work/sections"
  local section passed failed
  while IFS=$'\t' read -r section passed failed; do
    row conformance "$section" "$passed passed, $failed failed" "" "$([ "$failed" = 0 ] && echo passed || echo FAILED)"
  done <"$work/sections"
  awk 'failures { print } /^$/ { failures = 1 }' "$found" | head -n 10 | cut -c1-200 >"$work/failures"
  while IFS= read -r line; do row conformance "failed" "$line" "" "FAILED"; done <"$work/failures"
  [ "$status" = 0 ] || [ -s "$work/failures" ] || checked conformance conformance "the suite"
}

replays() {
  step replays 60 "${tests[@]}" io.fluxo.cuda.engine.CudaDeviceRoutineTest
  named replays replay "=> "
  checked replays replay "training steps as CUDA graphs and asked one by one" "the same bits: $(sed -n 's/.*\[ *\([0-9]*\) tests successful.*/\1 trainings/p' "$work/replays.log")"
}

verify() {
  step verify 150 "${fluxo[@]}" verify --backend "$backend" --trials "$trials" --quiet
  checked verify verify "the chapter's claims"
  named verify verify ', expected: '
}

studies() {
  local run
  rm -rf "$work/run1" "$work/run2"
  for run in 1 2; do
    step "ablate$run" 60 "${fluxo[@]}" ablate --backend "$backend" --steps "$steps" --jobs "$run" --quiet --out "$work/run$run"
    if [ "$status" != 0 ]; then checked "ablate$run" ablate "pre-vs-post, $steps steps, run $run"; return; fi
  done
  if cmp -s "$work/run1/results.json" "$work/run2/results.json"; then
    row ablate "pre-vs-post, $steps steps, twice" "the same bytes" "--jobs 1 and 2" passed
  else
    row ablate "pre-vs-post, $steps steps, twice" "DIFFERENT results" "--jobs 1 and 2" FAILED
  fi
}

compare() {
  local part
  for part in $parts; do
    step "compare-$part" 60 "${fluxo[@]}" compare --backends "$backend" --reference ejml --what "$part" --no-certificate --quiet --culprits "$work/culprits"
    checked "compare-$part" compare "$part beside ejml"
    named "compare-$part" compare '^bug: '
  done
}

# The most megabytes in use on the card above those of before, until a step has its first result: later PyTorch is there too. Goes to FILE.
watch_memory() { # LOG FILE BEFORE
  local before="$3" used most=0
  while [ -f "$work/watched" ] && ! grep -q '^{' "$1"; do
    used="$(memory)" || return 0
    [ $((used - before)) -le "$most" ] || most=$((used - before))
    echo "$most" >"$2"
    sleep 0.2
  done
}

memory() { timeout 10 nvidia-smi --query-gpu=memory.used --format=csv,noheader,nounits 2>/dev/null | sed -n 1p | grep '^[0-9][0-9]*$'; }

# bench NAME TITLE compiled|eager ARGUMENTS…: a row for each step that is timed.
bench() {
  local name="bench-$1" title="$2" kind="$3" peer=()
  shift 3
  [ -z "$python" ] || { peer=(--peer "$python"); [ -n "$on_gpu" ] || peer+=(--peer-device cpu); }
  timed "$name" "$([ "$kind" = compiled ] && [ -n "$python" ] && echo --both)" "$@"
  if [ "$status" = 2 ] && [ "$kind" = compiled ] && [ -n "$python" ]; then
    row bench "$title, torch.compile" "" "" "$(reason "$name"); timed without it"
    timed "$name" "" "$@"
  fi
  if [ "$status" = 2 ] && [ -n "$python" ]; then
    row bench "$title, PyTorch" "" "" "$(reason "$name"); timed without it"
    peer=()
    timed "$name" "" "$@"
  fi
  grep '^{' "$work/$name.log" >>"$out/bench.jsonl"
  [ "$status" = 0 ] || row bench "$title" "" "" "$(reason "$name")"
  rates "$name" | while IFS=$'\t' read -r what measured beside verdict; do row bench "$title, $what" "$measured" "$beside" "$verdict"; done
}

# timed NAME FLAG ARGUMENTS…: the run itself, beside whom the array peer says, and the memory that it takes.
timed() {
  local name="$1" flag="$2" watcher="" engine="$backend"
  shift 2
  case "$name" in *-tf32) engine="$backend-tf32" ;; esac
  : >"$work/$name.log"
  rm -f "$work/memory"
  : >"$work/watched"
  if [ -n "$smi" ]; then watch_memory "$work/$name.log" "$work/memory" "$(memory)" & watcher=$!; fi
  step "$name" 130 "${fluxo[@]}" bench "$@" --backend "$engine" --threads 2 --warm-up "$warm" --seconds "$seconds" --repetitions "$repetitions" ${peer[@]+"${peer[@]}"} $flag
  # not killed: bash runs the trap of the script in a part in the background that is ended right after its beginning
  rm "$work/watched"
  [ -z "$watcher" ] || wait "$watcher"
}

# What the lines of a bench come to: medians over the repetitions, rates, how often faster than each peer, memory.
rates() {
  awk -v memory="$(cat "$work/memory" 2>/dev/null)" '
    function text(key, s) { if (!match($0, "\"" key "\":\"[^\"]*\"")) return ""; s = substr($0, RSTART, RLENGTH); sub("^\"" key "\":\"", "", s); sub("\"$", "", s); return s }
    function number(key, s) { if (!match($0, "\"" key "\":[-0-9.eE+]+")) return ""; s = substr($0, RSTART, RLENGTH); sub("^\"" key "\":", "", s); return s + 0 }
    function median(who, step, n, i, j, t, v) {
      n = count[who, step]
      for (i = 1; i <= n; i++) v[i] = ms[who, step, i]
      for (i = 2; i <= n; i++) for (j = i; j > 1 && v[j] < v[j - 1]; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
      return v[int(n / 2) + 1]
    }
    function shown(m) { return m >= 100 ? sprintf("%.0f ms", m) : m >= 1 ? sprintf("%.2f ms", m) : sprintf("%.1f µs", m * 1000) }
    function rate(work, m) { return work == 0 ? "" : sprintf(" (%.3g TFLOP/s)", work / m / 1e9) }
    /"peer":/ {
      who = text("peer"); step = text("step")
      if (!(step in known)) { known[step] = 1; steps[++n] = step }
      if (who ~ /^fluxo-/) own = who; else if (!(who in peer)) { peer[who] = 1; peers[++p] = who }
      ms[who, step, ++count[who, step]] = number("ms")
      if (number("gflops") != "") work[step] = number("gflops") * 1e6 * number("ms")
      if (number("tokens_per_s") != "") tokens[step] = number("tokens_per_s") / 1e3 * number("ms")
      if (number("peak_bytes") != "") peak[who, step] = number("peak_bytes") / 1048576
    }
    END {
      for (i = 1; i <= n; i++) {
        step = steps[i]; m = median(own, step); beside = ""; verdict = ""
        measured = shown(m) rate(work[step], m) (tokens[step] && !work[step] ? sprintf(" (%.0f tokens/s)", tokens[step] / m * 1e3) : "") (memory > 0 ? ", " memory " MiB of the card" : "")
        for (j = 1; j <= p; j++) if (count[peers[j], step]) {
          o = median(peers[j], step)
          beside = beside (beside ? "; " : "") peers[j] " " shown(o) rate(work[step], o) (peak[peers[j], step] ? sprintf(", %.0f MiB allocated", peak[peers[j], step]) : "")
          verdict = verdict (verdict ? ", " : "") sprintf("%.3g times as fast as %s", o / m, peers[j] ~ /-compile$/ ? "compiled" : "eager")
        }
        print step "\t" measured "\t" (beside ? beside : "-") "\t" (verdict ? verdict : "measured")
      }
    }' "$work/$1.log"
}

speed() {
  local gpt2=(--layers 12 --model 768 --heads 12 --ff 3072 --vocab 50257 --batch 8 --tokens 1024 --tied) name="GPT-2 small, batch 8 × 1,024" attention=(--batch 8 --tokens 1024 --model 768 --heads 12)
  local sizes=1024,4096,8192 ablation=(--layers 6 --model 32 --heads 1 --ff 128 --batch 4 --tokens 32 --placement post --activation relu)
  if [ -n "$small" ]; then
    gpt2=(--layers 2 --model 32 --heads 2 --ff 64 --vocab 97 --batch 2 --tokens 16 --tied) name="a small model" attention=(--batch 1 --tokens 16 --model 32 --heads 2) sizes=16,32
    ablation=(--layers 2 --model 16 --heads 1 --ff 32 --batch 2 --tokens 8 --placement post --activation relu)
  fi
  bench ablation "step at ablation size, f32" compiled train "${ablation[@]}"
  bench gpt2 "$name, AdamW, f32" compiled train "${gpt2[@]}" --optimizer adamw
  [ -z "$has_bf16" ] || bench gpt2-bf16 "$name, AdamW, bf16" compiled train "${gpt2[@]}" --optimizer adamw --dtype bf16
  bench gpt2-forward "$name, f32" compiled model "${gpt2[@]}"
  bench matmul "products, f32" eager matmul --sizes "$sizes"
  bench matmul-tf32 "products, tf32" eager matmul --sizes "$sizes"
  [ -z "$has_bf16" ] || bench matmul-bf16 "products, bf16" eager matmul --sizes "$sizes" --dtype bf16
  bench attention "attention, f32" eager attention "${attention[@]}"
  [ -z "$has_bf16" ] || bench attention-bf16 "attention, bf16" eager attention "${attention[@]}" --dtype bf16
}

sanitized() {
  local tool
  if ! command -v compute-sanitizer >/dev/null; then row compute-sanitizer "memcheck, racecheck" "" "" "not on this machine"; return; fi
  for tool in memcheck racecheck; do
    step "$tool" 90 compute-sanitizer --tool "$tool" --error-exitcode 9 "${tests[@]}" io.fluxo.cuda.engine.CudaDeviceMemoryTest
    checked "$tool" compute-sanitizer "$tool: some checks of the suite, steps of a training" "$(grep -h 'ERROR SUMMARY\|RACECHECK SUMMARY' "$work/$tool.log" | tail -n 1 | tr -d '=')"
  done
}

# ---- the machine

# The python3 that has torch: as named, on the path, or where images put it. Empty where there is none.
find_python() {
  local candidate
  for candidate in ${named_python:+"$named_python"} "$(command -v python3)" /opt/*/.venv/bin/python3 /opt/*/bin/python3 /usr/local/bin/python3 /usr/bin/python3; do
    if [ -x "$candidate" ] && timeout 60 "$candidate" -c 'import torch' >/dev/null 2>&1; then echo "$candidate"; return; fi
  done
}

unpack() {
  if [ ! -f "$archive" ]; then say "$archive is not here: run 'backend-cuda/device-check.sh pack' on a machine with a JDK and Maven, and take it along"; exit 2; fi
  if ! tar -C "$work" -xJf "$archive" 2>/dev/null; then
    "$(command -v python3 || echo false)" -c 'import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2])' "$archive" "$work" || { say "$archive cannot be unpacked: tar and xz, or python3, are needed"; exit 2; }
  fi
}

# Asks the program for the backend. Sets card and has_bf16; fails with the reason in card.
probe() {
  step backends 60 "${fluxo[@]}" backends --json "$work/backends.json"
  [ "$status" = 0 ] || { card="$(reason backends)"; return 1; }
  sed -n "/\"name\": \"$backend\"/,/\"fused_kernels\"/p" "$work/backends.json" >"$work/backend.json"
  card="$(sed -n 's/.*"device": "\(.*\)",.*/\1/p' "$work/backend.json")"
  has_bf16="$(grep -o '"bf16"' "$work/backend.json")"
  grep -q '"available": true' "$work/backend.json" || { card="$(sed -n 's/.*"reason": "\(.*\)",.*/\1/p' "$work/backend.json")"; card="${card:-there is no backend of that name}"; return 1; }
}

check() {
  export PATH="${PATH:-/usr/local/bin:/usr/bin:/bin}" LC_ALL=C.UTF-8
  work="$(mktemp -d)"
  trap 'rm -rf "$work"' EXIT
  export HOME="${HOME:-$work}"
  out="${OUT:-$home/out/device-check}"
  state="$home/out/device-state" # where compiled kernels are kept from run to run
  mkdir -p "$out" "$state" || exit 2
  out="$(cd "$out" && pwd)"
  SECONDS=0
  unpack
  : >"$work/rows"
  : >"$out/log.txt"
  : >"$out/bench.jsonl"
  rm -f "$out/conformance.txt"
  reserved=0 title="" has_bf16="" on_gpu="" smi=""
  java=("$work/jre/bin/java" --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -XX:+UseParallelGC -XX:-UsePerfData -Xlog:disable)
  fluxo=("${java[@]}" -Dfluxo.command=./fluxo -Dfluxo.home="$state" -cp "$work/lib/*" io.fluxo.experiments.main.Main)
  tests=("${java[@]}" -Dfluxo.home="$state" -cp "$work/test/*:$work/lib/*" io.fluxo.cuda.engine.RunOnDevice)
  warm=1 seconds=0.5 repetitions=3 trials=20 steps=5 parts="ops blocks model invariants"
  if [ -n "$small" ]; then warm=0.1 seconds=0.1 repetitions=1 trials=5 parts="model invariants"; fi

  python="$(find_python)"
  local torch=""
  if [ -n "$python" ]; then
    export PATH="$(dirname "$python"):$PATH" # CUDA's libraries are looked for beside it
    torch="$("$python" -c 'import torch; print("PyTorch", torch.__version__)')"
    on_gpu="$("$python" -c 'import torch; print("yes" if torch.cuda.is_available() else "")' 2>/dev/null)"
  fi
  if memory >/dev/null; then smi="$(nvidia-smi --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null | head -n 1)"; fi
  if ! probe; then
    title="$(date -u +%Y-%m-%d)"
    row "$backend" "can it run here?" "" "" "FAILED: $card"
    finish
    exit 3
  fi
  title="$(date -u +%Y-%m-%d): $card${smi:+; driver ${smi#*, }}; ${torch:-no PyTorch}"
  [ -n "$torch" ] || row bench "PyTorch" "" "" "no python3 with torch on this machine: Fluxo is timed alone"
  [ -z "$torch" ] || [ -n "$on_gpu" ] || row bench "PyTorch" "" "" "sees no GPU: it is timed on the CPU"
  [ -n "$smi" ] || row memory "of the card" "" "" "not measured: nvidia-smi does not answer"

  conformance
  replays
  verify
  studies
  compare
  reserved=45
  speed
  reserved=0
  sanitized
  finish
}

finish() {
  title="$title; $SECONDS s in all"
  write_table
  cat "$out/table.md"
  say "results are in $out"
  # no pipe: whoever reads only the first line of one makes it fail. A table that cannot be read is no success either
  if awk -F '\t' '$5 ~ /FAILED|out of time|the budget of/ { found = 1 } END { exit found }' "$work/rows"; then return 0; fi
  return 1
}

# The emulated GPU, from an empty environment.
dry_run() {
  local libraries
  libraries="$(ls -t "$home"/backend-cuda/target/emulator/*/libcuda.so.1 2>/dev/null | head -n 1)"
  if [ -z "$libraries" ]; then say "there is no emulated GPU under backend-cuda/target/emulator: its tests build it (mvn test -pl core,backend-cpu,backend-cuda -Dtest=EmulatorTest -Dsurefire.failIfNoSpecifiedTests=false)"; exit 3; fi
  exec env -i PATH=/usr/bin:/bin FLUXO_CUDA_LIBRARIES="$(dirname "$libraries")" ${OUT:+OUT="$OUT"} "$BASH" "${BASH_SOURCE[0]}" --small "$@"
}

budget=540 backend=cuda named_python="${PYTHON:-}" small=""
parse() {
  while [ $# -gt 0 ]; do
    case "$1" in
      --small) small=yes; shift; continue ;;
      --budget | --backend | --python) [ $# -ge 2 ] || { say "$1 needs a value"; exit 2; } ;;
      *) say "unknown option '$1' (legal: pack, --dry-run, --budget SECONDS, --backend NAME, --python PYTHON, --small)"; exit 2 ;;
    esac
    case "$1" in
      --budget) case "$2" in '' | *[!0-9]*) say "--budget must be a number of seconds, not '$2'"; exit 2 ;; esac; budget="$2" ;;
      --backend) backend="$2" ;;
      --python) named_python="$2" ;;
    esac
    shift 2
  done
}

case "${1:-}" in
  pack) pack ;;
  --dry-run) shift; dry_run "$@" ;;
  *) parse "$@"; check ;;
esac
