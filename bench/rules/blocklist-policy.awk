# SPDX-License-Identifier: GPL-2.0-only
#
# Converts the output of blocklist.awk to a policy.

BEGIN { print "default pass" }
$2 == "-" { print "drop from " $1 }
$2 != "-" { print "drop tcp from " $1 " to port " $2 }
