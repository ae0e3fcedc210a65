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
need nodejs node "EventStoreDB's official client in tests/npm-client runs on it"
need npm npm "it installs the packages of tests/npm-client"

# The packages of tests/npm-client, where they are missing or not those of its lock file. The copy of the lock file tells which are there.
install_npm_client() {
    local client installed
    client=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/npm-client
    installed=$client/node_modules/.installed-lock.json
    if cmp -s "$client/package-lock.json" "$installed" || ! command -v npm > /dev/null; then
        return
    fi

    echo "set-up: installs the packages of tests/npm-client with npm"
    local log
    log=$(mktemp)
    if (cd "$client" && npm ci --ignore-scripts --no-audit --no-fund) < /dev/null > "$log" 2>&1; then
        cp "$client/package-lock.json" "$installed"
        echo "set-up: the packages of tests/npm-client are installed"
    else
        tail -20 "$log"
        echo "set-up: the packages of tests/npm-client are missing. Install them: 'npm ci' in tests/npm-client, with access to a package registry"
    fi

    rm -f "$log"
}

install_npm_client
