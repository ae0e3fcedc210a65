#!/usr/bin/env bash
# Installs what the tests need besides the .NET SDK, and does nothing where it is there. 'dotnet test' runs it first; 'dotnet build' and
# 'dotnet run' do not. What it cannot install, it says; the tests that need it then fail and say so too.
set -euo pipefail

# Debian's package, the command it brings, and what it is for.
need() {
    local package=$1 command=$2 purpose=$3
    if command -v "$command" > /dev/null; then
        return
    fi

    local advice="set-up: $command is missing ($purpose). Install it: 'apt-get install $package' as root on Debian and Ubuntu"
    if [[ $(id -u) -ne 0 ]] || ! command -v apt-get > /dev/null; then
        echo "$advice"
        return
    fi

    echo "set-up: installs $package with apt-get ($purpose)"
    export DEBIAN_FRONTEND=noninteractive
    local log
    log=$(mktemp)
    if { apt-get update && apt-get install -y --no-install-recommends "$package"; } < /dev/null > "$log" 2>&1 && command -v "$command" > /dev/null; then
        echo "set-up: $package is installed"
    else
        tail -20 "$log"
        echo "$advice"
    fi

    rm -f "$log"
}

need z3 z3 "the solver that the proofs in spec/ are checked with"
need python3 python3 "it writes the traces of tests/foreign, which no part of this project wrote"
