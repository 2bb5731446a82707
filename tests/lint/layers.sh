#!/usr/bin/env bash
# Rule: a room includes only what controller/README.md allows it. Data flows one way, and only loop/
# and cli/ know more than their own room.
set -euo pipefail
cd "$(dirname "$0")/../.."

# room | rooms it may include | outside headers it may include besides libc
table='
client/base|base|
client/kube|base kube|curl/curl.h yaml.h jansson.h uv.h
controller/model|base model|jansson.h crd_gen.h
controller/calendar|base model calendar|
controller/decide|base model calendar decide|
controller/watch|base kube model calendar watch|jansson.h yaml.h crd_gen.h
controller/measure|base kube model measure|jansson.h
controller/store|base model store|
controller/act|base kube model act|jansson.h
controller/status|base kube model status|jansson.h
controller/web|base model web|libwebsockets.h
'
libc=' assert.h ctype.h dirent.h errno.h fcntl.h float.h inttypes.h limits.h math.h pthread.h stdarg.h stdatomic.h stdbool.h stddef.h stdint.h stdio.h stdlib.h string.h strings.h sys/random.h sys/stat.h sys/types.h time.h unistd.h signal.h arpa/inet.h netinet/in.h sys/socket.h netdb.h '

failed=0
while IFS='|' read -r folder rooms outside; do
    [ -d "${folder:-/nowhere}" ] || continue
    while IFS=: read -r file _ include; do
        case "$include" in
        \"*) header=${include#\"}; header=${header%%\"*} ;;
        *) header=${include#<}; header=${header%%>*} ;;
        esac
        if [[ "$include" == \"* && "$header" == */* ]]; then
            [[ " $rooms " == *" ${header%%/*} "* ]] && continue
        elif [[ "$include" == \"* ]]; then
            [[ -f "$folder/$header" || " $outside " == *" $header "* ]] && continue
        else
            [[ "$libc" == *" $header "* || " $outside " == *" $header "* ]] && continue
        fi
        echo "$file includes $header: ${folder##*/}/ may include only: $rooms $outside"
        failed=1
    done < <(grep -rnE '^#include' "$folder" --include='*.c' --include='*.h' |
        sed -E 's/^([^:]+):([0-9]+):#include +/\1:\2:/')
done <<<"$table"
exit $failed
