# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A playground of two docker containers. They are unprivileged and have no
# docker networking: the veth pair between them is made here, so no bridge,
# address pool or netfilter rules are needed. The image, built locally, only
# contains busybox.
#
# Containers and images of a playground have the label tailgate.playground=NAME.

# The state of a side: empty, 'foreign', 'stopped', or the pid.
declare -gA CONTAINER=()

docker_prepare() {
	local label=tailgate.playground=$PLAYGROUND
	need_command docker busybox tar
	timeout 20 docker info &>/dev/null ||
		die "the docker engine does not answer: is it running, and may you use it?"
	DOCKER_LABEL=$label
	DOCKER_IMAGE=tailgate-playground:$PLAYGROUND
}

docker_look() { # SIDE
	local format='{{.State.Pid}} {{index .Config.Labels "tailgate.playground"}}' pid owner
	CONTAINER[$1]=
	read -r pid owner < <(docker container inspect --format "$format" "$(side_name "$1")" 2>/dev/null) || true
	[[ ${pid:-} ]] || return 0
	CONTAINER[$1]=$pid
	[[ $pid != 0 ]] || CONTAINER[$1]=stopped
	[[ $owner == "$PLAYGROUND" ]] || CONTAINER[$1]=foreign
}

docker_enter_words() {
	local side
	for side in "${SIDES[@]}"; do
		docker_look "$side"
		side_is_entered_with "$side"
		! docker_runs "$side" || side_is_entered_with "$side" nsenter -t "${CONTAINER[$side]}" -n
	done
}

docker_is_ours() { # SIDE
	[[ ${CONTAINER[$1]} && ${CONTAINER[$1]} != foreign ]]
}

docker_runs() { # SIDE
	[[ ${CONTAINER[$1]} == [1-9]* ]]
}

docker_refuse_foreign() {
	local side
	for side in "${SIDES[@]}"; do
		[[ ${CONTAINER[$side]} != foreign ]] ||
			die "container '$(side_name "$side")' exists and is not ours: choose another --name"
	done
}

docker_is_up() {
	docker_runs client && docker_runs server && sides_are_whole
}

docker_up() {
	note_start docker
	docker_images | grep -q . || docker_make_image
	docker_make client tail -f /dev/null
	docker_make server sh -c \
		'/bin/busybox httpd -p 80 -h /www && exec /bin/busybox httpd -f -p 8080 -h /www'
	docker_find_pids
	join_sides "${CONTAINER[server]}"
	wait_for_http
	note_finished
}

docker_make_image() {
	local tree=$PLAYGROUND_DIR/image busybox library
	busybox=$(type -P busybox)
	run mkdir -p "$tree/bin" "$tree/www"
	run cp -L "$busybox" "$tree/bin/busybox"
	while read -r library; do # none, where it is linked statically
		run cp -L --parents "$library" "$tree"
	done < <(ldd "$busybox" 2>/dev/null | grep -o '/[^ ]*')
	run cp "$PLAYGROUND_DIR/www/index.html" "$tree/www"
	run tar -C "$tree" -cf "$tree.tar" .
	run_or_die docker import --change "LABEL $DOCKER_LABEL" "$tree.tar" "$DOCKER_IMAGE"
	run rm -r "$tree" "$tree.tar"
}

docker_make() { # SIDE APPLET [ARGUMENT...]
	local side=$1
	shift
	! docker_runs "$side" || return 0
	[[ ! ${CONTAINER[$side]} ]] || run_or_die docker rm --force "$(side_name "$side")"
	run_or_die docker run --detach --name "$(side_name "$side")" --hostname "$side" \
		--label "$DOCKER_LABEL" --network none --cap-drop ALL \
		--security-opt no-new-privileges "$DOCKER_IMAGE" /bin/busybox "$@"
}

# With --dry-run the pids are not known; names are printed in their place.
docker_find_pids() {
	local side
	if [[ ! $DRY_RUN ]]; then
		docker_enter_words
		for side in "${SIDES[@]}"; do
			docker_runs "$side" ||
				die "container '$(side_name "$side")' ended as it began: 'docker logs' may say why"
		done
		return 0
	fi
	for side in "${SIDES[@]}"; do
		docker_runs "$side" && continue
		CONTAINER[$side]=PID-OF-${side^^}
		side_is_entered_with "$side" nsenter -t "${CONTAINER[$side]}" -n
		printf '# %s is what this prints: %s\n' "${CONTAINER[$side]}" \
			"$(quoted docker inspect --format '{{.State.Pid}}' "$(side_name "$side")")"
	done
}

docker_images() {
	docker image ls --quiet --filter "label=$DOCKER_LABEL" | sort -u
}

# Removing a container removes its namespace and the veth pair.
docker_down() {
	local -a containers images
	mapfile -t containers < <(docker ps --all --quiet --filter "label=$DOCKER_LABEL")
	((${#containers[@]} == 0)) || run_or_die docker rm --force "${containers[@]}"
	mapfile -t images < <(docker_images)
	((${#images[@]} == 0)) || run_or_die docker image rm --force "${images[@]}"
	note_gone
}

docker_where() { # SIDE
	if docker_runs "$1"; then
		printf 'container %s (pid %s)' "$(side_name "$1")" "${CONTAINER[$1]}"
	else
		printf 'red:container %s (%s)' "$(side_name "$1")" "${CONTAINER[$1]:-none}"
	fi
}

docker_where_json() { # SIDE
	local pid=null
	! docker_runs "$1" || pid=${CONTAINER[$1]}
	words+=(container "=$(side_name "$1")" pid "$pid")
}
