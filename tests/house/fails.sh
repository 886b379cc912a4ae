#!/bin/sh
# fails.sh TEXT COMMAND... - a negative control: the command must fail and say TEXT.
text=$1
shift
if said=$("$@" 2>&1); then
    echo "did not fail: $*"
    exit 1
fi
case $said in
*"$text"*) exit 0 ;;
esac
echo "failed, but said:"
echo "$said"
exit 1
