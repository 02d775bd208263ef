#!/usr/bin/env bash
# Checks the backend `cuda` on a real GPU: conformance, verify, a replayed study, compare, speed beside PyTorch, compute-sanitizer. One command, one table.
#
#   backend-cuda/device-check.sh pack      with a JDK 25 and Maven: puts a small Java runtime and Fluxo's jars into .device/device.tar.xz (git ignores the folder)
#   backend-cuda/device-check.sh           on the machine with the GPU: needs that archive and CUDA's libraries, and neither Java nor a network
#
# Options of the second: --budget SECONDS (540), --small (sizes for an emulator or a CPU), --backend NAME (cuda), --python PYTHON (python3).
# Results are written as they come to $OUT, or out/device-check: one log for each step, table.md in the end. A step that fails or cannot run is a line of the table.
set -uo pipefail
home="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)"
archive="$home/.device/device.tar.xz"

say() { echo "device-check: $1" >&2; }

# ---- pack

pack() {
  set -e
  cd "$home"
  local jdk modules
  jdk="$(./fluxo jdk)"
  say "building with $jdk"
  JAVA_HOME="$jdk" mvn -q -B -ntp -DskipTests package
  device="$(mktemp -d)"
  trap 'rm -rf "$device"' EXIT
  mkdir -p "$device/lib" "$device/test" "$(dirname "$archive")"
  cp experiments/target/fluxo-experiments.jar experiments/target/lib/*.jar "$device/lib/"
  # the tokenizers' native code is for other jobs; of ECharts, reports embed one file
  rm -f "$device"/lib/tokenizers-*.jar
  only "$jdk" "$device"/lib/echarts-*.jar dist/echarts.min.js
  for module in core backend-cuda; do (cd "$module/target/test-classes" && "$jdk/bin/jar" -c -f "$device/test/$module-tests.jar" .); done
  JAVA_HOME="$jdk" mvn -q -B -ntp -DskipTests -pl core,backend-cuda package dependency:copy-dependencies -DincludeScope=test \
    -DexcludeGroupIds=org.nd4j,org.bytedeco,io.fluxo,com.tngtech.archunit,net.bytebuddy,tools.jackson.core,com.fasterxml.jackson.core -DoutputDirectory="$device/test"
  modules=java.base,java.logging,java.management,java.naming,java.xml,jdk.incubator.vector,jdk.management,jdk.unsupported,jdk.zipfs
  "$jdk/bin/jlink" --add-modules "$modules" --compress zip-0 --strip-debug --no-header-files --no-man-pages --vm server --output "$device/jre"
  rm -f "$device"/jre/lib/server/*.jsa
  find "$device/jre" -name '*.so' -exec strip --strip-unneeded {} +
  tar -C "$device" -cJf "$archive" .                # one compression of everything is smaller than one of each part
  say "$archive: $(du -h "$archive" | cut -f1), unpacked $(du -sh "$device" | cut -f1)"
}

# only JDK JAR FILE: leaves nothing but the files of that name in the jar.
only() {
  local folder
  folder="$(mktemp -d)"
  (cd "$folder" && "$1/bin/jar" -x -f "$2" && find . -type f ! -path "*/$3" -delete && "$1/bin/jar" -c -f "$2" .)
  rm -rf "$folder"
}

# ---- the machine

budget=540
backend=cuda
python="${PYTHON:-python3}"
small=
parse() {
  while [ $# -gt 0 ]; do
    case "$1" in
      --budget) budget="$2"; shift 2 ;;
      --backend) backend="$2"; shift 2 ;;
      --python) python="$2"; shift 2 ;;
      --small) small=yes; shift ;;
      *) say "unknown option '$1' (legal: pack, --budget SECONDS, --backend NAME, --python PYTHON, --small)"; exit 2 ;;
    esac
  done
}

java() { "$device/jre/bin/java" --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED -XX:+UseParallelGC -Dfluxo.home="$home" --sun-misc-unsafe-memory-access=allow -Xlog:disable "$@" 2> >(grep -v 'incubator modules' >&2); }
export -f java
fluxo() { java -Dfluxo.command=./fluxo -cp "$device/lib/*" io.fluxo.experiments.main.Main "$@"; }
export -f fluxo
export home

left() { echo $((budget - SECONDS)); }

row() { printf '| %s | %s | %s |\n' "$1" "$2" "$3" >>"$out/rows.md"; say "$1: $2 ($3)"; }

# step NAME LIMIT COMMAND…: within its limit and the budget; the log is $out/NAME.log. Sets status and took.
step() {
  local name="$1" limit="$2" began=$SECONDS
  shift 2
  [ "$(left)" -lt "$limit" ] && limit="$(left)"
  if [ "$limit" -lt 5 ]; then status=skipped; took=0; : >"$out/$name.log"; return; fi
  timeout "$limit" bash -c '"$@"' _ "$@" >"$out/$name.log" 2>&1
  status=$?
  took=$((SECONDS - began))
}

# What a status means, and the last line that says something.
outcome() {
  case "$status" in
    0) echo "passed, $took s" ;;
    skipped) echo "skipped: the budget of $budget s is spent" ;;
    124) echo "out of time after $took s" ;;
    *) echo "FAILED with status $status after $took s: $(grep -v '^$' "$out/$1.log" | tail -n 1 | cut -c1-160)" ;;
  esac
}

# A number from JSON lines: value KEY FILE PATTERN
value() { grep -- "$3" "$2" 2>/dev/null | sed -n "s/.*\"$1\":\([0-9.eE+-]*\).*/\1/p" | tail -n 1; }

bench() { # bench NAME TITLE ARGUMENTS…: a row for each line with a ratio
  local name="$1" title="$2" limit=150 peer=()
  shift 2
  if "$python" -c 'import torch' 2>/dev/null; then peer=(--peer "$python" --both); fi
  step "$name" "$limit" fluxo bench "$@" --backend "$backend" --warm-up "$warm" --seconds "$seconds" --repetitions "$repetitions" "${peer[@]}"
  if [ "$status" != 0 ]; then row "$title" "$(outcome "$name")" "–"; return; fi
  sed -n 's/^{"peer":"\([^"]*\)".*"step":"\([^"]*\)","ms":\([0-9.]*\).*/\2 \1 \3/p' "$out/$name.log" | awk '{last[$0]=$0; key=$1; for(i=2;i<NF-1;i++) key=key" "$i; who=$(NF-1); ms[key,who]=$NF; if(!(key in seen)){seen[key]=1; order[++n]=key} if(!(who in known)){known[who]=1; whos[++m]=who}} END {for(i=1;i<=n;i++){line=order[i]; for(j=1;j<=m;j++) if((order[i],whos[j]) in ms) line=line"; "whos[j]" "ms[order[i],whos[j]]" ms"; print line}}' |
    while IFS= read -r line; do row "$title" "${line#*; }" "${line%%;*}"; done
}

check() {
  if [ ! -f "$archive" ]; then say "$archive is not here: run 'backend-cuda/device-check.sh pack' on a machine with a JDK and Maven, and take it along"; exit 2; fi
  device="$(mktemp -d)"
  trap 'rm -rf "$device"' EXIT
  tar -C "$device" -xJf "$archive" || "$python" -c 'import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2])' "$archive" "$device" || exit 2
  export device
  out="${OUT:-$home/out/device-check}"
  mkdir -p "$out"
  : >"$out/rows.md"
  SECONDS=0
  local warm=2 seconds=1 repetitions=5 batch=8 tokens=1024 sizes=1024,4096,8192 trials=20 steps=40
  if [ -n "$small" ]; then warm=0.1 seconds=0.1 repetitions=1 batch=1 tokens=16 sizes=32 trials=5 steps=3; fi

  step backends 60 fluxo backends
  card="$(sed -n "s/^$backend  *yes  *[a-z0-9 ]*  [a-z0-9]*  *//p" "$out/backends.log" | head -n 1)"
  if [ -z "$card" ]; then row "backend $backend" "not available" "$(grep "^$backend:" "$out/backends.log" || outcome backends)"; finish; exit 3; fi
  command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader >"$out/nvidia-smi.log" 2>&1

  step conformance 120 java -cp "$device/test/*:$device/lib/*" io.fluxo.cuda.engine.RunOnDevice io.fluxo.cuda.engine.CudaDeviceTest
  row "conformance" "$(outcome conformance)" "$(grep -h 'conformance of' "$out/conformance.log" | tail -n 1)"
  step verify 150 fluxo verify --backend "$backend" --trials "$trials"
  row "verify" "$(outcome verify)" "$(tail -n 1 "$out/verify.log")"
  step ablate1 60 fluxo ablate --backend "$backend" --steps "$steps" --quiet --out "$out/run1"
  step ablate2 60 fluxo ablate --backend "$backend" --steps "$steps" --quiet --out "$out/run2"
  row "ablate twice" "$(outcome ablate2)" "$(cmp "$out/run1/results.json" "$out/run2/results.json" >/dev/null 2>&1 && echo 'the same bytes' || echo 'DIFFERENT results')"
  rm -rf "$out/run1" "$out/run2"
  step compare 100 fluxo compare --backends "$backend"
  row "compare with ejml" "$(outcome compare)" "$(grep -v 'left$' "$out/compare.log" | tail -n 1 | cut -c1-160)"

  bench ablation "step, 6 layers, d 32" train --layers 6 --model 32 --heads 1 --ff 128 --batch 4 --tokens 32 --placement post --activation relu
  if [ -z "$small" ]; then
    bench gpt2 "GPT-2 small, batch 8 × 1,024, f32" train --layers 12 --model 768 --heads 12 --ff 3072 --vocab 50257 --batch "$batch" --tokens "$tokens" --optimizer adamw --tied
    bench gpt2bf16 "GPT-2 small, batch 8 × 1,024, bf16" train --layers 12 --model 768 --heads 12 --ff 3072 --vocab 50257 --batch "$batch" --tokens "$tokens" --optimizer adamw --tied --dtype bf16
  fi
  bench matmul "products, f32" matmul --sizes "$sizes"
  bench matmulbf16 "products, bf16" matmul --sizes "$sizes" --dtype bf16
  bench attention "attention, f32" attention --batch "$batch" --tokens "$tokens" --model 768 --heads 12
  bench attentionbf16 "attention, bf16" attention --batch "$batch" --tokens "$tokens" --model 768 --heads 12 --dtype bf16

  if command -v compute-sanitizer >/dev/null; then
    for tool in memcheck racecheck; do
      step "$tool" 90 compute-sanitizer --tool "$tool" --target-processes all --error-exitcode 9 "$device/jre/bin/java" --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED \
        -Dfluxo.home="$home" -cp "$device/lib/*" io.fluxo.experiments.main.Main ablate --backend "$backend" --steps 3 --quiet --out "$out/run-$tool"
      row "compute-sanitizer $tool, 3 steps" "$(outcome "$tool")" "$(grep -h 'ERROR SUMMARY\|RACECHECK SUMMARY' "$out/$tool.log" | tail -n 1)"
      rm -rf "$out/run-$tool"
    done
  else
    row "compute-sanitizer" "not on this machine" "–"
  fi
  finish
}

finish() {
  {
    echo "$(date -u +%Y-%m-%d): ${card:-no device}$( [ -f "$out/nvidia-smi.log" ] && echo "; $(head -n 1 "$out/nvidia-smi.log")"); PyTorch $("$python" -c 'import torch; print(torch.__version__)' 2>/dev/null || echo 'not there'); $SECONDS s in all"
    echo
    echo '| check | result | details |'
    echo '|---|---|---|'
    cat "$out/rows.md"
  } >"$out/table.md"
  cat "$out/table.md"
}

if [ "${1:-}" = pack ]; then pack; else parse "$@"; check; fi
