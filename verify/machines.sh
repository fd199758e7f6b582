#!/usr/bin/env bash
# Runs on this machine the commands that docs/checkpoints.md shows for many machines: GNU parallel, and Slurm with one node. Checks
# that the outputs equal the output of a single command, even if a part is killed and requeued by Slurm. Checks the Kubernetes
# manifest against its schema.
#
#     verify/machines.sh     needs root on Debian; installs both tools, and starts its own Slurm on ports 16817 and 16818
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
command -v parallel sbatch slurmctld slurmd munged >/dev/null ||
    { apt-get update -qq && apt-get install -y -qq parallel slurmctld slurmd slurm-client munge >/dev/null; }
(cd "$root" && cargo build --release --quiet -p ulp-cli)
PATH=${CARGO_TARGET_DIR:-$root/target}/release:$PATH
work=$(mktemp -d)
chmod 755 "$work"
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
passed=0 failed=0
check() {
    if "${@:2}"; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "FAILED: $1"; fi
}

# Twenty shards of 1 MiB each.
python3 - <<'PY'
import json, os, struct
os.mkdir("in")
names = {f"{i}.w": f"{i}.safetensors" for i in range(20)}
for tensor, file in names.items():
    header = json.dumps({tensor: {"dtype": "F32", "shape": [1 << 18], "data_offsets": [0, 1 << 20]}}).encode()
    with open(f"in/{file}", "wb") as out:
        out.write(struct.pack("<Q", len(header)) + header + struct.pack("<f", float(file.split(".")[0])) * (1 << 18))
with open("in/model.safetensors.index.json", "w") as out:
    json.dump({"metadata": {}, "weight_map": names}, out)
PY
ulp convert in one --to bf16 >/dev/null

# Runs the documented command on this host alone.
parallel -S : ulp convert "$work/in" "$work/out" --to bf16 --part {}/16 ::: {1..16} >parallel.log 2>&1 &&
    ulp convert "$work/in" "$work/out" --to bf16 --finish >>parallel.log 2>&1
check 'GNU parallel' diff -r one out
rm -rf out

# Starts Slurm in the work folder.
mkdir munge slurm
dd if=/dev/urandom of=munge/key bs=1 count=1024 2>/dev/null
chmod 700 munge
chmod 600 munge/key
munged --foreground --force --key-file="$work/munge/key" --socket="$work/munge/socket" --pid-file="$work/munge/pid" \
    --log-file="$work/munge/log" --seed-file="$work/munge/seed" >munge.log 2>&1 &
pids+=($!)
cat >slurm.conf <<CONF
ClusterName=one
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=root
SlurmctldPort=16817
SlurmdPort=16818
AuthType=auth/munge
AuthInfo=socket=$work/munge/socket
CredType=cred/munge
StateSaveLocation=$work/slurm
SlurmdSpoolDir=$work/slurm/spool
SlurmctldPidFile=$work/slurm/slurmctld.pid
SlurmdPidFile=$work/slurm/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=requeue_delay=1
MpiDefault=none
ReturnToService=2
NodeName=$(hostname -s) NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$work/slurm.conf
slurmctld -D >slurm/ctld.log 2>&1 &
pids+=($!)
slurmd -D >slurm/slurmd.log 2>&1 &
pids+=($!)
for _ in {1..60}; do
    if [[ $(sinfo -h -o %T 2>/dev/null) == idle ]]; then break; fi
    sleep 0.5
done
sinfo

# Waits until no job is left. Slurm waits two minutes before it starts a requeued job, so this function tells Slurm to start the
# job now.
finished() {
    for _ in {1..400}; do
        if [[ -z $(squeue -h 2>/dev/null) ]]; then return 0; fi
        squeue -h -t PD -o '%i %r' | while read -r job reason; do
            if [[ $reason == BeginTime ]]; then scontrol update "JobId=$job" StartTime=now; fi
        done
        sleep 0.5
    done
    squeue
    return 1
}
array=$(sbatch --parsable --array=1-16 --wrap 'ulp convert in out --to bf16 --part $SLURM_ARRAY_TASK_ID/16')
sbatch --dependency="afterok:$array" --wrap 'ulp convert in out --to bf16 --finish' >/dev/null
check 'Slurm: the jobs end' finished
check 'Slurm' diff -r one out
rm -rf out

# Kills one part while the part writes. Slurm requeues the part, and the second run must do its share.
kill_once='if [ ! -e killed-2 ] && [ $SLURM_ARRAY_TASK_ID = 2 ]; then
    touch killed-2
    ulp convert in out --to bf16 --part 2/4 & sleep 0.003; kill -9 $!; wait
    scontrol requeue $SLURM_JOB_ID; sleep 60
fi
ulp convert in out --to bf16 --part $SLURM_ARRAY_TASK_ID/4'
array=$(sbatch --parsable --requeue --array=1-4 --wrap "$kill_once")
sbatch --dependency="afterok:$array" --wrap 'ulp convert in out --to bf16 --finish' >/dev/null
check 'Slurm, a part killed and requeued: the jobs end' finished
check 'Slurm, a part killed and requeued: it was killed' test -e killed-2
check 'Slurm, a part killed and requeued' diff -r one out

# Checks the manifest against the schemas of Kubernetes.
python3 -m venv python
python/bin/python -m pip install --quiet --disable-pip-version-check kubernetes-validate
sed -n '/^```yaml$/,/^```$/p' "$root/docs/checkpoints.md" | sed '/^```/d' >job.yaml
check 'the Kubernetes manifest' python/bin/kubernetes-validate --strict job.yaml
sed 's/completionMode/completionMood/' job.yaml >wrong.yaml
refused() { ! "$@" >/dev/null 2>&1; }
check 'a manifest with a misspelt field is refused' refused python/bin/kubernetes-validate --strict wrong.yaml
if ((failed)); then tail -n 5 slurm-*.out slurm/*.log; fi
echo "$passed passed, $failed failed"
((failed == 0))
