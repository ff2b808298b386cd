#!/bin/sh
# Puts one WAL file into the archive; `strata wal enable` installs it there and makes it PostgreSQL's archive_command:
#
#     /bin/sh '<archive>/archiver.sh' '%p' '%f' || exit 101
#
# It ends with 0 if and only if the file lies in the archive, whole and durable: PostgreSQL recycles its own copy then.
# Any failure is 101 to 110: a status over 125 or death by a signal would restart PostgreSQL's archiver without being
# counted in pg_stat_archiver (hence the `|| exit 101` around it, for kill -9). A file is never overwritten.
#
# POSIX sh, because a start per segment has to be cheap: Node needs 80 ms before its first line. What the disk must be
# waited for is begun first, the rest is done meanwhile: reading archive.json, the header, and cksum's CRC (6 ms for
# 16 MiB; sha256sum: 55), which finds damage; each WAL record has a CRC besides.
set -u
umask 077

archive=${0%/*}
path=${1-}
name=${2-}
wal=$archive/wal
final=$wal/$name
drafts=$archive/draft
draft=$drafts/$name.$$
copying=

fail() {
  status=$1
  shift
  # A draft can be removed for good once nobody writes it any more. A signal does not wait for that: the next run sweeps.
  if [ -n "$copying" ]; then
    [ "$status" -ne 110 ] || kill "$copying" 2>/dev/null
    [ "$status" -eq 110 ] || wait "$copying"
  fi
  rm -f -- "$draft"
  printf 'strata archiver: %s: %s\n' "$name" "$*" >&2
  exit "$status"
}
trap 'fail 110 interrupted' HUP INT TERM

# The file is there already, as after a crash between our end and PostgreSQL's note of it: fine if it is the same.
same_or_fail() {
  cmp -s -- "$path" "$final" || fail 107 "the archive has another file of this name, $final; it is left as it is"
  sync "$final" || fail 109 "cannot be synced in $wal"
  finish
}

finish() {
  rm -f -- "$draft" &
  sync "$wal" || fail 109 "$wal cannot be synced"
  wait
  exit 0
}

case $name in
  '' | *[!0-9A-Za-z.]* | .*) fail 102 "this is no name of a WAL file" ;;
  *.history | *.backup) kind=text ;;
  *)
    kind=segment
    bare=${name%.partial}
    case $bare in *[!0-9A-F]*) fail 102 "this is no name of a WAL file" ;; esac
    [ "${#bare}" -eq 24 ] || fail 102 "this is no name of a WAL file"
    ;;
esac
[ -s "$path" ] || fail 102 "$path is empty or not there"

# Also the sign that the archive's disk is mounted: nothing is written into the folder below it.
[ -r "$archive/archive.json" ] || fail 103 "$archive is not there, or no archive: it has no archive.json"
# Beside wal/, because looking for drafts among a week of segments takes longer than to copy one.
[ -d "$drafts" ] || mkdir -- "$drafts" || fail 104 "$drafts cannot be made"

# Past the page cache where disk and dd can do that: a fifth less time than through it, half the CPU, and the server's own pages
# stay there. Sparse, because a segment that archive_timeout ended is mostly zeros; of smaller blocks more would be holes,
# but 128 KiB take half as long again as 512. A first try that fails is made again, ever more plainly.
if [ ! -e "$final" ]; then
  dd if="$path" of="$draft" bs=512k oflag=direct conv=fsync,sparse 2>/dev/null &
  copying=$!
fi
plainly() {
  dd if="$path" of="$draft" bs=128k conv=fsync,sparse 2>/dev/null || dd if="$path" of="$draft" bs=128k conv=fsync
}

# Drafts of killed runs; PostgreSQL archives one file at a time.
for stale in "$drafts"/*; do
  case $stale in "$draft" | "$drafts/*") ;; *) rm -f -- "$stale" ;; esac
done

system=
size=
while IFS= read -r line; do
  case $line in
    *'"system_identifier"'*) system=${line#*: \"} system=${system%%\"*} ;;
    *'"wal_segment_size"'*) size=${line#*: } size=${size%%[!0-9]*} ;;
  esac
done <"$archive/archive.json"
[ -n "$system" ] && [ -n "$size" ] || fail 103 "$archive/archive.json is damaged"

sum=$(cksum <"$path") || fail 104 "$path cannot be read"
if [ "$kind" = segment ]; then
  [ "${sum#* }" -eq "$size" ] || fail 105 "it has ${sum#* } bytes instead of the $size of a segment"
  # XLogLongPageHeaderData: the system identifier stands at byte 24 of every segment.
  found=$(od -A n -v -t u8 -j 24 -N 8 "$path") || fail 104 "$path cannot be read"
  found=${found##* }
  [ "$found" = "$system" ] || fail 106 "it is of cluster $found, the archive is that of $system"
fi
[ -n "$copying" ] || same_or_fail
wait "$copying" || plainly || fail 104 "cannot be copied to $wal: is it full, or closed to this user?"
copying=

ln -- "$draft" "$final" 2>/dev/null || {
  [ -e "$final" ] || fail 108 "cannot be linked in $wal: does its file system know hard links?"
  same_or_fail
}
# A line that is lost with a crash is no loss: such a segment is checked by the CRCs of its records.
printf '%s %s\n' "$sum" "$name" >>"$wal/CKSUMS" || :
finish
