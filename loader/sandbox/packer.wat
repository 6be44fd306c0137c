;; Takes out of a guest's memory what differs from an image, line by line, and puts it back. Addresses in bytes; a line has
;; 64, and an entry is the line's address and what stood there. `npm run packer` compiles this.
(module
  (import "nbox" "store" (memory $store 0))
  (import "nbox" "guest" (memory $guest 0))

  ;; Writes the entry of a guest's line that differs from the image's, which becomes what it is. Gives where the next one goes.
  (func $packLine (param $at i32) (param $image i32) (param $entry i32) (result i32)
    (if (i32.eqz (v128.any_true
          (v128.or
            (v128.or
              (v128.xor (v128.load $guest offset=0 (local.get $at)) (v128.load $store offset=0 (local.get $image)))
              (v128.xor (v128.load $guest offset=16 (local.get $at)) (v128.load $store offset=16 (local.get $image))))
            (v128.or
              (v128.xor (v128.load $guest offset=32 (local.get $at)) (v128.load $store offset=32 (local.get $image)))
              (v128.xor (v128.load $guest offset=48 (local.get $at)) (v128.load $store offset=48 (local.get $image)))))))
      (then (return (local.get $entry))))
    (i32.store $store (local.get $entry) (local.get $at))
    (v128.store $store offset=4 (local.get $entry) (v128.load $guest (local.get $at)))
    (v128.store $store offset=20 (local.get $entry) (v128.load $guest offset=16 (local.get $at)))
    (v128.store $store offset=36 (local.get $entry) (v128.load $guest offset=32 (local.get $at)))
    (v128.store $store offset=52 (local.get $entry) (v128.load $guest offset=48 (local.get $at)))
    (v128.store $guest (local.get $at) (v128.load $store (local.get $image)))
    (v128.store $guest offset=16 (local.get $at) (v128.load $store offset=16 (local.get $image)))
    (v128.store $guest offset=32 (local.get $at) (v128.load $store offset=32 (local.get $image)))
    (v128.store $guest offset=48 (local.get $at) (v128.load $store offset=48 (local.get $image)))
    (i32.add (local.get $entry) (i32.const 68)))

  ;; So all lines from $at up to $end, which are whole pairs: most pairs do not differ.
  (func (export "pack") (param $at i32) (param $end i32) (param $image i32) (param $entry i32) (result i32)
    (block $done
      (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
      (loop $pair
        (if (v128.any_true
              (v128.or
                (v128.or
                  (v128.or
                    (v128.xor (v128.load $guest offset=0 (local.get $at)) (v128.load $store offset=0 (local.get $image)))
                    (v128.xor (v128.load $guest offset=16 (local.get $at)) (v128.load $store offset=16 (local.get $image))))
                  (v128.or
                    (v128.xor (v128.load $guest offset=32 (local.get $at)) (v128.load $store offset=32 (local.get $image)))
                    (v128.xor (v128.load $guest offset=48 (local.get $at)) (v128.load $store offset=48 (local.get $image)))))
                (v128.or
                  (v128.or
                    (v128.xor (v128.load $guest offset=64 (local.get $at)) (v128.load $store offset=64 (local.get $image)))
                    (v128.xor (v128.load $guest offset=80 (local.get $at)) (v128.load $store offset=80 (local.get $image))))
                  (v128.or
                    (v128.xor (v128.load $guest offset=96 (local.get $at)) (v128.load $store offset=96 (local.get $image)))
                    (v128.xor (v128.load $guest offset=112 (local.get $at)) (v128.load $store offset=112 (local.get $image)))))))
          (then
            (local.set $entry (call $packLine (local.get $at) (local.get $image) (local.get $entry)))
            (local.set $entry
              (call $packLine
                (i32.add (local.get $at) (i32.const 64))
                (i32.add (local.get $image) (i32.const 64))
                (local.get $entry)))))
        (local.set $image (i32.add (local.get $image) (i32.const 128)))
        (br_if $pair (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 128))) (local.get $end)))))
    (local.get $entry))

  ;; Puts the entries from $entry up to $end back.
  (func (export "unpack") (param $entry i32) (param $end i32)
    (local $at i32)
    (block $done
      (loop $line
        (br_if $done (i32.ge_u (local.get $entry) (local.get $end)))
        (local.set $at (i32.load $store (local.get $entry)))
        (v128.store $guest (local.get $at) (v128.load $store offset=4 (local.get $entry)))
        (v128.store $guest offset=16 (local.get $at) (v128.load $store offset=20 (local.get $entry)))
        (v128.store $guest offset=32 (local.get $at) (v128.load $store offset=36 (local.get $entry)))
        (v128.store $guest offset=48 (local.get $at) (v128.load $store offset=52 (local.get $entry)))
        (local.set $entry (i32.add (local.get $entry) (i32.const 68)))
        (br $line))))

  ;; Makes the guest's memory zero from $top down, until $enough bytes have been so, at most to $bottom.
  (func (export "wipe") (param $top i32) (param $bottom i32) (param $enough i32)
    (local $seen i32)
    (block $done
      (loop $line
        (local.set $top (i32.sub (local.get $top) (i32.const 64)))
        (br_if $done (i32.lt_u (local.get $top) (local.get $bottom)))
        (if (v128.any_true
              (v128.or
                (v128.or (v128.load $guest (local.get $top)) (v128.load $guest offset=16 (local.get $top)))
                (v128.or (v128.load $guest offset=32 (local.get $top)) (v128.load $guest offset=48 (local.get $top)))))
          (then
            (v128.store $guest (local.get $top) (v128.const i64x2 0 0))
            (v128.store $guest offset=16 (local.get $top) (v128.const i64x2 0 0))
            (v128.store $guest offset=32 (local.get $top) (v128.const i64x2 0 0))
            (v128.store $guest offset=48 (local.get $top) (v128.const i64x2 0 0))
            (local.set $seen (i32.const 0)))
          (else
            (local.set $seen (i32.add (local.get $seen) (i32.const 64)))
            (br_if $done (i32.ge_u (local.get $seen) (local.get $enough)))))
        (br $line)))))
