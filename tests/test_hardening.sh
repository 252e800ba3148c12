#!/bin/bash
# What is installed is linked and compiled as distributions ask for: read-only relocations, all
# bound at the start, no executable stack, position-independent, with stack protector and fortified
# calls. The last two are looked for where the flags of the build did not turn them off. And it calls
# nothing that it has no business with: a model or a session from a stranger can do no more than fail
# to load.
# Its functions are called by expect().
# shellcheck disable=SC2317
set -u
B=${B:-build}
command -v readelf >/dev/null || {
  echo "SKIP: no readelf"
  exit 77
}
failed=0

expect() { # FILE DESCRIPTION COMMAND...
  local file=$1 description=$2
  shift 2
  "$@" >/dev/null || {
    echo "FAIL: $file: $description"
    failed=1
  }
}

segments() { LC_ALL=C readelf -Wl "$1"; }
dynamic() { LC_ALL=C readelf -Wd "$1"; }
symbols() { LC_ALL=C readelf -W --dyn-syms "$1"; }
relro() { segments "$1" | grep 'GNU_RELRO'; }
bindnow() { dynamic "$1" | grep -E 'BIND_NOW|FLAGS_1.* NOW'; }
plain_stack() { segments "$1" | grep -E 'GNU_STACK.* RW '; }
writable_code() { segments "$1" | grep -E '^ *LOAD.* RWE '; }
no_writable_code() { ! writable_code "$1"; }
no_text_relocations() { ! dynamic "$1" | grep 'TEXTREL'; }
no_path() { ! dynamic "$1" | grep -E 'RPATH|RUNPATH'; }
independent() { LC_ALL=C readelf -Wh "$1" | grep -E 'Type: +DYN'; }
protected() { symbols "$1" | grep '__stack_chk_fail'; }
fortified() { symbols "$1" | grep -E '__[a-z]+_chk(@|$)' | grep -v '__stack_chk'; }

calls() { # FILE NAMES, an extended regular expression of functions
  LC_ALL=C readelf -W --dyn-syms "$1" | grep -E " UND +(__)?($2)(64|_chk)?(@| |\$)"
}
no_network() { ! calls "$1" 'socket|socketpair|bind|listen|accept4?|connect|send(to|msg)?|recv(from|msg)?'; }
# The program starts ffmpeg, by one call that takes its arguments one by one; a shell, or anything else that
# starts or loads, is in neither.
no_shell() { ! calls "$1" 'exec[a-z]+|v?fork|posix_spawn|system|popen|dlm?open|dlsym'; }
no_programs() { no_shell "$1" && ! calls "$1" posix_spawnp; }
no_temporary_files() { ! calls "$1" 'mk[a-z]*temps?|tmpfile|tmpnam|tempnam'; }
no_writing() {
  ! calls "$1" 'fopen|fdopendir|fwrite|p?writev?|creat|openat|unlink|remove|rename|mkdir|rmdir|f?truncate|(sym)?link|chmod'
}

for file in "$B"/unbraid.lv2/*.so "$B/unbraid"; do
  test -f "$file" || continue
  expect "$file" "relocations stay writable" relro "$file"
  expect "$file" "functions are not bound at the start" bindnow "$file"
  expect "$file" "the stack is executable" plain_stack "$file"
  expect "$file" "code is writable" no_writable_code "$file"
  expect "$file" "code is relocated" no_text_relocations "$file"
  expect "$file" "libraries are looked for in folders of its own" no_path "$file"
  expect "$file" "not position-independent" independent "$file"
  expect "$file" "talks to other machines or programs" no_network "$file"
  expect "$file" "makes temporary files" no_temporary_files "$file"
  case $file in
  *.so)
    expect "$file" "writes files" no_writing "$file"
    expect "$file" "starts programs or loads code" no_programs "$file"
    ;;
  *) expect "$file" "uses a shell or loads code" no_shell "$file" ;;
  esac
  case " ${CFLAGS:-} ${CPPFLAGS:-} " in
  *stack-protector* | *FORTIFY_SOURCE* | *-O0*) ;;
  *)
    expect "$file" "no stack protector" protected "$file"
    expect "$file" "no fortified calls" fortified "$file"
    ;;
  esac
done
[ $failed = 0 ] && echo "RELRO, bind-now, NX, PIE, stack protector, fortify: all there; no network, shell, temporary files; no programs but ffmpeg"
exit $failed
